"""Deliveries, for the administrator."""

from django.urls import path

from aimass_apps.delivery import views

app_name = "delivery"
urlpatterns = [
    path("", views.deliveries, name="deliveries"),
    path("<uuid:public_id>/replay/", views.replay_one, name="replay"),
    path("platforms/<uuid:public_id>/open/", views.open_endpoint, name="open_endpoint"),
]
