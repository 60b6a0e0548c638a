"""What every desk has to show before real work comes, in and out again in one step."""

from django.db import transaction

from aimass_apps.learning.datasets import drop_datasets
from aimass_apps.learning.models import Dataset
from aimass_apps.people.accounts import refuse_in_production
from aimass_apps.submissions.desk import all_desks


def load_demo() -> dict[str, int]:
    """Feed what is not there yet; how many by the desks' nouns.

    Raises `submissions.desk.CantLoadDemo`, and `OnlyForTrying` in production.
    """
    refuse_in_production()
    return {str(desk.demo_noun): desk.load_demo() for desk in all_desks()}


def wipe_demo() -> dict[str, int]:
    """Remove it with everything that came of it. Datasets that hold any of it go too: they can't be edited."""
    with transaction.atomic():
        for desk in all_desks():
            drop_datasets(Dataset.objects.filter(examples__submission__in=desk.demo_submissions()))
        return {str(desk.demo_noun): desk.wipe_demo() for desk in all_desks()}
