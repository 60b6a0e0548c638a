"""Health and status."""

from django.urls import path

from aimass_apps.operations import views

urlpatterns = [
    path("healthz/live", views.live, name="healthz_live"),
    path("healthz/ready", views.ready, name="healthz_ready"),
    path("status/", views.status, name="status"),
]
