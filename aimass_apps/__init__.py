from aimass_apps.celery import app as celery_app

__all__ = ["celery_app"]
