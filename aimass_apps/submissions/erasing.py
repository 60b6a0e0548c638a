"""Removes submissions whole, for wiping demo data and for a person's right to be forgotten."""

from collections.abc import Iterable

from django.db import connection, transaction

from aimass_apps.submissions.models import Submission


def erase_submissions(ids: Iterable[int]) -> int:
    """Delete submissions with their answers, judgements and decisions; returns how many.

    Raises `ProtectedError` while a frozen dataset holds one of them: a dataset never changes, so it goes first.
    """
    wanted = sorted(set(ids))
    with transaction.atomic(), connection.cursor() as cursor:
        # A correction protects what it replaces, so a chain can't be deleted row by row through the models;
        # the database checks its foreign keys when the transaction ends.
        cursor.execute("DELETE FROM submissions_decision WHERE submission_id = ANY(%s)", [wanted])
        cursor.execute("DELETE FROM submissions_review WHERE submission_id = ANY(%s)", [wanted])
        Submission.objects.filter(pk__in=wanted).delete()
    return len(wanted)
