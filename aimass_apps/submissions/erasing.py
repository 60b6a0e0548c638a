"""Removes submissions whole, for wiping demo data and for a person's right to be forgotten."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models, transaction

from aimass_apps.people.models import User
from aimass_apps.people.sealing import keyed_hash
from aimass_apps.submissions.desk import Finder
from aimass_apps.submissions.models import Decision, Erasure, Review, Submission

Counts = Counter[str]  # rows by table


class Held(ValueError):
    """Something that never changes holds a submission; the message names it."""


class InUse(ValueError):
    """A training still reads what is to be erased; the message says what to stop first."""


@dataclass(frozen=True)
class Holder:
    """Rows of another app that hold submissions and never change, so that they stay or go whole.

    `names` says what holds any of some submissions, `drop` removes it. Raises `InUse` for what can't go now.
    """

    names: Callable[[Sequence[int]], list[str]]
    drop: Callable[[Sequence[int]], Counts]


_holders: list[Holder] = []


def register_holder(holder: Holder) -> None:
    _holders.append(holder)


def erase(*, desk: str, finder: Finder, name: str, within: str | None, by: User, drop_holders: bool = False) -> Erasure:
    """Delete everything that came of what a desk finds under `name`, and keep a proof without any of its text.

    Raises `desks.CannotFind`, `InUse`, and `Held` while a frozen dataset holds a part and `drop_holders` does not say
    that the dataset goes, too.
    """
    with transaction.atomic():
        subject = finder.find(name, within)
        held = [each for holder in _holders for each in holder.names(subject.submissions)]
        if held and not drop_holders:
            raise Held(", ".join(held))
        gone: Counts = Counter()
        for holder in _holders if held else ():
            gone += holder.drop(subject.submissions)
        gone += erase_submissions(subject.submissions)
        for rows in subject.rows:
            gone += deleted(rows)
        return Erasure.objects.create(
            desk=desk, subject_hash=subject_hash(desk, subject.key), counts=dict(gone), dropped=held, by=by
        )


def subject_hash(desk: str, key: str) -> str:
    """What an erasure keeps of its subject: whoever knows the name and the key of the hash can confirm the erasure."""
    return keyed_hash(f"erased {desk} {key}")


# A correction protects what it replaces, so a chain can't be deleted row by row through the models; the database checks
# its foreign keys when the transaction ends.
_CHAINS: dict[type[Decision] | type[Review], str] = {
    Decision: "DELETE FROM submissions_decision WHERE submission_id = ANY(%s)",
    Review: "DELETE FROM submissions_review WHERE submission_id = ANY(%s)",
}


def erase_submissions(ids: Iterable[int]) -> Counts:
    """Delete submissions with their answers, judgements, decisions and what depends on them; returns rows by table.

    Raises `ProtectedError` while a frozen dataset holds one of them: a dataset never changes, so it goes first.
    """
    wanted = sorted(set(ids))
    gone: Counts = Counter()
    with transaction.atomic(), connection.cursor() as cursor:
        # A worker that stores an answer meanwhile holds this lock, and writes nothing more afterwards.
        list(Submission.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk"))
        for model, statement in _CHAINS.items():
            gone += _delete_dependent(model, wanted)
            cursor.execute(statement, [wanted])
            gone[model._meta.db_table] += cursor.rowcount
        gone += deleted(Submission.objects.filter(pk__in=wanted))
    return +gone


def deleted(rows: "models.QuerySet[models.Model]") -> Counts:
    """Delete rows with what goes with them; returns how many by table."""
    _all, by_model = rows.delete()
    return +Counter({apps.get_model(label)._meta.db_table: number for label, number in by_model.items()})


def _delete_dependent(model: type[Decision] | type[Review], submissions: Sequence[int]) -> Counts:
    """Rows of other apps that go with a decision or a review (its delivery), which plain SQL would leave behind."""
    gone: Counts = Counter()
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ForeignObjectRel) or relation.on_delete is not models.CASCADE:
            continue
        if relation.related_model not in _CHAINS:
            there = {f"{relation.field.name}__submission__in": submissions}
            gone += deleted(relation.related_model._base_manager.filter(**there))
    return gone
