"""The addresses of the site."""

from django.conf import settings
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

urlpatterns = [
    path("", include("aimass_apps.web.urls")),
    path("", include("aimass_apps.people.urls")),
    *(path(f"{desk}/", include(f"{desk}.urls")) for desk in settings.DESKS),
    *(path("api/v1/", include(f"{desk}.api.urls")) for desk in settings.DESKS),
    path("deliveries/", include("aimass_apps.delivery.urls")),
    path("models/", include("aimass_apps.learning.urls")),
    path("", include("aimass_apps.operations.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="api_schema"), name="api_docs"),
]

handler404 = "aimass_apps.web.views.not_found"
handler500 = "aimass_apps.web.views.broken"
