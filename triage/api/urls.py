"""Endpoints for clinical systems, under `api/v1/`. There is none yet."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
