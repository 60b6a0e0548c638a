"""What the sweep does for the moderation desk."""

from datetime import timedelta

from django.conf import settings

from aimass_apps.queueing import sweep
from moderation.automatic_figures import sweep_figures
from moderation.intake import forget_old_receipts


def register() -> None:
    sweep.each_minute("figures on automatic decisions", sweep_figures)
    sweep.each_hour("answers to webhooks", forget_receipts)


def forget_receipts() -> int:
    return forget_old_receipts(timedelta(days=settings.KEEP_TRAFFIC_DAYS))
