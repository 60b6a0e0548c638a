"""Work in the database that one process at a time does, under a lease that outlives a crash.

A row waits, runs under a lease (a token and the time until which it holds), and ends done or failed. All times are the
database's. Whoever claims makes up the token; a lease that ran out is lost: its holder renews and stores nothing any
more, and the sweep gives the row back, or up to a person after too many attempts.
"""

import logging
import math
import threading
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from django.db import Error, connection, models, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

log = logging.getLogger(__name__)
WAITING, RUNNING, FAILED = "waiting", "running", "failed"
GIVE_UP_AFTER = 4  # attempts


class Leased(models.Model):
    """A row of work. Its `state` knows at least waiting, running and failed; a subclass names its own beside them."""

    state = models.CharField(max_length=10, default=WAITING)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True


Work = TypeVar("Work", bound=Leased)


def leased_while_running(*, name: str) -> models.CheckConstraint:
    """The database's promise for `Meta.constraints`: token and time while a row runs, and neither while it does not."""
    return models.CheckConstraint(
        name=name,
        condition=Q(state=RUNNING, lease__isnull=False, leased_until__isnull=False)
        | (~Q(state=RUNNING) & Q(lease__isnull=True, leased_until__isnull=True)),
    )


def expiry_index(*, name: str) -> models.Index:
    """For `Meta.indexes`: what the sweep looks through, however many rows are done."""
    return models.Index(name=name, fields=["leased_until"], condition=Q(state=RUNNING))


def claim(due: QuerySet[Work], *, lease: uuid.UUID, limit: int, seconds: float) -> list[int]:
    """Lease up to `limit` waiting rows of `due`, in its order, for so many seconds; returns their ids.

    `due` may join other tables: only its own rows are locked. It may not be distinct, grouped or sliced.
    """
    rows = due.filter(state=WAITING).values("pk")[:limit]
    sql, parameters = rows.query.sql_with_params()
    # Of this table alone: a lock on a joined row that many share would leave the next worker with nothing.
    table = connection.ops.quote_name(due.model._meta.db_table)
    picked = f"{sql} FOR UPDATE OF {table} SKIP LOCKED"
    return [row[0] for row in claim_picked(due.model, picked, parameters, lease=lease, seconds=seconds)]


# Picked once, in a step of its own: as a plain subquery it could be run again for each row, and take too many.
_CLAIM = """
WITH picked (id) AS MATERIALIZED ({picked})
UPDATE {table} AS work
SET state = 'running', lease = %s, attempts = work.attempts + 1,
    leased_until = statement_timestamp() + make_interval(secs => %s)
FROM picked WHERE work.id = picked.id
RETURNING {returning}
"""


def claim_picked(
    model: type[Leased],
    picked: str,
    parameters: Sequence[Any],
    *,
    lease: uuid.UUID,
    seconds: float,
    returning: Sequence[str] = ("id",),
) -> list[tuple[Any, ...]]:
    """As `claim`, for candidates that only SQL can name; returns the columns of `returning` of each row.

    `picked` selects ids of waiting rows and locks them (`FOR UPDATE SKIP LOCKED`); locks on rows that it drops again
    end with the statement.
    """
    columns = ", ".join(f"work.{column}" for column in returning)
    statement = _CLAIM.format(picked=picked, table=connection.ops.quote_name(model._meta.db_table), returning=columns)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, lease, seconds])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


# The same for a statement of one's own, whose rows are called `work` and whose `lease` is a named parameter.
HELD = "work.state = 'running' AND work.lease = %(lease)s AND work.leased_until > statement_timestamp()"


def held(model: type[Work], lease: uuid.UUID, ids: Iterable[int] | None = None) -> QuerySet[Work]:
    """The rows that `lease` still holds, or those of them with these ids: whatever is stored, is stored through it."""
    rows = model._default_manager.filter(state=RUNNING, lease=lease, leased_until__gt=Now())
    return rows if ids is None else rows.filter(pk__in=ids)


def renew(model: type[Leased], lease: uuid.UUID, *, seconds: float, ids: Iterable[int] | None = None) -> int:
    """Hold for so many seconds from now what is still held; returns how many rows that is."""
    return held(model, lease, ids).update(leased_until=Now() + timedelta(seconds=seconds))


def release(model: type[Leased], lease: uuid.UUID, *, ids: Iterable[int] | None = None, **values: object) -> int:
    """Give back what was not begun, with further field values; it does not count as an attempt. Returns how many."""
    return held(model, lease, ids).update(attempts=F("attempts") - 1, **ended(WAITING, values))


def ended(state: str, values: Mapping[str, object] | None = None) -> dict[str, Any]:
    """The field values of a row that runs no more, for an update: its state, no lease, and others beside."""
    return {"state": state, "lease": None, "leased_until": None, **(values or {})}


@dataclass(frozen=True)
class Freed:
    """The ids of rows whose lease ran out: those that wait again, and those that a person must look at."""

    given_back: list[int]
    given_up: list[int]

    def __len__(self) -> int:
        return len(self.given_back) + len(self.given_up)


def free_expired(
    model: type[Leased],
    *,
    give_up_after: int = GIVE_UP_AFTER,
    back: Mapping[str, object] | None = None,
    up: Mapping[str, object] | None = None,
) -> Freed:
    """Give back the rows of vanished workers, or up (failed) those that had as many attempts.

    `back` and `up` are further field values of either, such as the reason.
    """
    expired = model._default_manager.filter(state=RUNNING, leased_until__lte=Now())
    worn_out = Q(attempts__gte=give_up_after)
    return Freed(_free(expired.exclude(worn_out), WAITING, back), _free(expired.filter(worn_out), FAILED, up))


def _free(expired: QuerySet[Work], state: str, values: Mapping[str, object] | None) -> list[int]:
    with transaction.atomic():
        # A row that its worker stores at this moment is locked, and its own.
        ids = list(expired.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True))
        if ids:
            expired.model._default_manager.filter(pk__in=ids).update(**ended(state, values))
    return ids


class Renewing:
    """Keeps a lease alive from a thread of its own while the block runs, however long one step of the work takes.

    `lost` is set once the database holds no row under this lease: the result would not be stored, so the work may
    stop. After `longest` seconds it renews no more: a step that hangs for ever must not hold its rows for ever.
    """

    def __init__(self, model: type[Leased], lease: uuid.UUID, *, seconds: float, longest: float = math.inf) -> None:
        self._model, self._lease, self._seconds = model, lease, seconds
        self._end = time.monotonic() + longest
        self.lost = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._renew_on, name="lease", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _renew_on(self) -> None:
        try:
            # Three times within the lease, so that one renewal may be missed.
            while not self._over.wait(self._seconds / 3) and time.monotonic() < self._end:
                self._renew()
        finally:
            connection.close()

    def _renew(self) -> None:
        try:
            if not renew(self._model, self._lease, seconds=self._seconds):
                self.lost.set()
                self._over.set()
        except Error as error:
            # The database is away: the next try finds it again, or the lease is lost with it.
            log.warning("no lease renewed: %s", type(error).__name__)
            connection.close()
