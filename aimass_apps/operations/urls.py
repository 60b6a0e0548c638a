"""Health and status."""

from django.urls import path

from aimass_apps.operations import demo_views, views

urlpatterns = [
    path("healthz/live", views.live, name="healthz_live"),
    path("healthz/ready", views.ready, name="healthz_ready"),
    path("status/", views.status, name="status"),
    path("status/language-model/", views.language_model, name="status_language_model"),
    path("status/demo/feed/", demo_views.feed, name="demo_feed"),
    path("status/demo/wipe/", demo_views.wipe, name="demo_wipe"),
]
