"""What every desk has to show before real work comes, in and out again in one step."""

from django.db import transaction

from aimass_apps.learning.models import OPEN, Dataset, Measurement, TrainingRun
from aimass_apps.submissions.desk import all_desks


def load_demo() -> dict[str, int]:
    """Feed what is not there yet; how many by the desks' nouns. Raises `submissions.desk.CantLoadDemo`."""
    return {str(desk.demo_noun): desk.load_demo() for desk in all_desks()}


def wipe_demo() -> dict[str, int]:
    """Remove it with everything that came of it. Datasets that hold any of it go too: they can't be edited."""
    with transaction.atomic():
        _drop_datasets()
        return {str(desk.demo_noun): desk.wipe_demo() for desk in all_desks()}


def _drop_datasets() -> None:
    holding: set[int] = set()
    for desk in all_desks():
        holding |= set(
            Dataset.objects.filter(examples__submission__in=desk.demo_submissions()).values_list("pk", flat=True)
        )
    datasets = Dataset.objects.filter(pk__in=holding)
    # What was learned and measured stays known; only the rows go.
    measured = Measurement.objects.filter(dataset__in=datasets)
    measured.filter(state__in=OPEN).delete()  # nothing is left to measure on
    measured.update(dataset=None)
    TrainingRun.objects.filter(dataset__in=datasets).update(dataset=None)
    datasets.delete()
