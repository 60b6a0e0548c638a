"""The Celery application. A task only calls a function of its app: it holds no logic of its own."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aimass_apps.settings")

app = Celery("aimass_apps")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
