"""The platforms' endpoints, under `api/v1/`."""

from django.urls import path

from moderation.api.posts import PostsView, PostView
from moderation.api.webhooks import WebhookView

urlpatterns = [
    path("posts/", PostsView.as_view(), name="api_posts"),
    path("posts/<path:reference>/", PostView.as_view(), name="api_post"),
    path("webhooks/<uuid:public_id>/", WebhookView.as_view(), name="webhook"),
]
