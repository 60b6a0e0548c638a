"""People, platforms and one's own password."""

from django.urls import path, re_path

from aimass_apps.people import openapi  # noqa: F401 - drf-spectacular finds its extensions by their import; web only
from aimass_apps.people.views import account, people, platforms

app_name = "people"
urlpatterns = [
    path("account/password/", account.own_password, name="own_password"),
    path("people/", people.people, name="people"),
    path("people/add/", people.add_person, name="add_person"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/switch/", people.switch_person, name="switch_person"),
    path("people/<int:pk>/password/", people.reset_password, name="reset_password"),
    path("platforms/", platforms.platforms, name="platforms"),
    path("platforms/register/", platforms.register_platform, name="register_platform"),
    path("platforms/<uuid:public_id>/", platforms.platform, name="platform"),
    path("platforms/<uuid:public_id>/keys/", platforms.add_key, name="add_key"),
    path("platforms/<uuid:public_id>/keys/<slug:prefix>/revoke/", platforms.revoke, name="revoke_key"),
    re_path(
        r"^platforms/(?P<public_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/secrets/(?P<which>incoming|outgoing)/$",
        platforms.rotate_secret,
        name="rotate_secret",
    ),
    path("platforms/<uuid:public_id>/switch/", platforms.switch_platform, name="switch_platform"),
]
