"""Doors for clinical systems, under `api/v1/`. None is open yet."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
