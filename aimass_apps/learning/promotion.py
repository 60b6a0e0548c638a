"""Moving versions towards live through the gates, and taking them back."""

import logging
import uuid
from datetime import timedelta
from threading import Event
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from aimass_apps.learning.gates import Evidence, Gate, all_passed, judge
from aimass_apps.learning.judging import JUDGE_LEASE, JUDGE_QUEUE, JUDGE_TASK, LONGEST, Found, LeaseLost, compare
from aimass_apps.learning.measurements import outcome
from aimass_apps.learning.models import Dataset, Measurement, Promotion
from aimass_apps.learning.opening import one_open
from aimass_apps.people.models import User
from aimass_apps.queueing.doorbell import ring_after_commit
from aimass_apps.queueing.leases import GIVE_UP_AFTER, Renewing, claim, ended, held
from aimass_apps.registry.kinds import kind_of
from aimass_apps.registry.models import ModelVersion, Stage, StageChange
from aimass_apps.registry.stages import WrongStage, check_move, live_before, move_version
from aimass_apps.submissions.ledger import SCORE_QUEUE

log = logging.getLogger(__name__)
LOAD_TASK = "aimass_apps.inference.tasks.load_versions"
INTERRUPTED = "interrupted before its gates were checked"


class GateRefused(RuntimeError):
    """The version did not move: a gate refused, or nobody could judge; the message says which and why."""

    def __init__(self, promotion: Promotion) -> None:
        refused = [f"{gate['name']}: {gate['detail']}" for gate in promotion.gates if not gate["passed"]]
        super().__init__("; ".join(refused) or promotion.message)
        self.promotion = promotion


class AlreadyAsked(ValueError):
    """A promotion in the same place is asked for and not decided yet."""


class BadShare(ValueError):
    """A canary's share is missing or not between 0 and 1."""


class NoReason(ValueError):
    """Whoever promotes without evidence has to say why."""


class NothingToRollBack(ValueError):
    """No earlier version was live in this place."""


def request_promotion(
    *, version: ModelVersion, to: str, by: User | None, reason: str, canary_share: float | None = None
) -> Promotion:
    """Write the request down and ring: a worker checks the gates, since they load models.

    Raises `stages.WrongStage` and `BadShare` at once when it could never be granted, and `AlreadyAsked`.
    """
    promotion = _ask(version, to, by=by, reason=reason, canary_share=canary_share)
    ring_after_commit(JUDGE_TASK, JUDGE_QUEUE)
    return promotion


def promote(
    *,
    version: ModelVersion,
    to: Stage,
    by: User | None,
    reason: str,
    canary_share: float | None = None,
    without_evidence: bool = False,
) -> Promotion:
    """Ask and judge in one go, for the command line. Interrupted, it is withdrawn.

    Raises `GateRefused` when a gate refuses, `NoReason`, and what `request_promotion` raises.
    """
    if without_evidence and not reason.strip():
        raise NoReason("Without evidence you take the responsibility for the version: give the reason with --reason.")
    lease = uuid.uuid4()
    promotion = _ask(
        version,
        to,
        by=by,
        reason=reason,
        canary_share=canary_share,
        without_evidence=without_evidence,
        state=Promotion.State.JUDGING,
        lease=lease,
        leased_until=Now() + timedelta(seconds=JUDGE_LEASE),
        # Its last attempt from birth: should this process vanish, nobody else judges it.
        attempts=GIVE_UP_AFTER,
    )
    try:
        judge_promotion(promotion, lease)
    finally:
        # What was decided is held no more.
        interrupted = ended(Promotion.State.WITHDRAWN, {"message": INTERRUPTED, "decided_at": Now()})
        held(Promotion, lease).update(**interrupted)
    promotion.refresh_from_db()
    if promotion.state != Promotion.State.GRANTED:
        raise GateRefused(promotion)
    return promotion


def _ask(version: ModelVersion, to: str, *, canary_share: float | None, **fields: Any) -> Promotion:
    check_move(version, to)
    if to == Stage.CANARY and not (canary_share and 0 < canary_share < 1):
        raise BadShare("A canary answers for a share of the posts between 0 and 1, such as 0.1.")
    place = {"desk": version.desk, "kind": version.kind, "language": version.language}
    busy = AlreadyAsked(f"A promotion of {'-'.join(place.values())} is being judged: wait for its verdict.")
    with one_open("promotion_one_open", busy):
        share = canary_share if to == Stage.CANARY else None
        return Promotion.objects.create(version=version, **place, stage=to, canary_share=share, **fields)


def judge_next() -> bool:
    """Judge what was asked for first; False when nothing waits."""
    lease = uuid.uuid4()
    for pk in claim(Promotion.objects.order_by("at", "id"), lease=lease, limit=1, seconds=JUDGE_LEASE):
        judge_promotion(Promotion.objects.select_related("version").get(pk=pk), lease)
        return True
    return False


def judge_promotion(promotion: Promotion, lease: uuid.UUID) -> None:
    """Measure the version beside the live one, write the gates' verdicts, and move it if all pass.

    Stores nothing unless `lease` still holds the promotion. What goes wrong is kept with it.
    """
    try:
        with Renewing(Promotion, lease, seconds=JUDGE_LEASE, longest=LONGEST) as renewing:
            found = _gather(promotion, renewing.lost)
        with transaction.atomic():
            if mine := held(Promotion, lease).select_for_update().first():
                _decide(mine, found)
    except LeaseLost:
        return
    except Exception as error:  # noqa: BLE001 - a person reads the reason on the version's page
        log.warning("promotion %s could not be judged: %s", promotion.pk, type(error).__name__)
        failed = ended(Promotion.State.FAILED, {"message": type(error).__name__, "decided_at": Now()})
        held(Promotion, lease).update(**failed)


def _gather(promotion: Promotion, lost: Event) -> Found | None:
    """None for a version that is taken away: that needs no proof, and a broken one must be able to go."""
    if promotion.stage == Stage.RETIRED:
        return None
    dataset = Dataset.objects.filter(desk=promotion.desk).first()
    return compare(promotion.version, dataset, lost)


def _decide(promotion: Promotion, found: Found | None) -> None:
    gates = judge(_evidence(promotion, found)) if found else []
    if found:
        promotion.measurement = Measurement.objects.create(version=promotion.version, by=promotion.by, **outcome(found))
    if all_passed(gates) and (refused := _move(promotion, found, gates)):
        gates.append(refused)
    promotion.gates = [gate.as_dict() for gate in gates]
    promotion.state = Promotion.State.GRANTED if all_passed(gates) else Promotion.State.REFUSED
    promotion.lease = promotion.leased_until = None
    promotion.decided_at = Now()
    promotion.save()


def _evidence(promotion: Promotion, found: Found) -> Evidence:
    version = promotion.version
    # A language model's answers are shown and decide nothing, at any stage.
    decides = promotion.stage in (Stage.CANARY, Stage.LIVE) and not kind_of(version.kind).remote
    return Evidence(
        loads=not found.error,
        labels=tuple(version.labels),
        live_labels=tuple(found.live.labels) if found.live else (),
        rows=found.rows,
        candidate=found.candidate,
        live=found.beside,
        main=str(found.candidate.get("main", "")),
        error=found.error,
        learned=found.learned,
        decides=decides,
        without=promotion.without_evidence,
    )


def _move(promotion: Promotion, found: Found | None, gates: list[Gate]) -> Gate | None:
    """Move the version; the verdict where its place changed while the gates were judged, and nothing moved."""
    try:
        with transaction.atomic():
            change = move_version(
                version=promotion.version,
                to=Stage(promotion.stage),
                by=promotion.by,
                reason=promotion.reason,
                canary_share=promotion.canary_share,
                gates=[gate.as_dict() for gate in gates],
            )
            if found and change.to_stage == Stage.LIVE and change.replaced != found.live:
                raise WrongStage("Another version went live meanwhile: ask again, to compare with that one.")
    except WrongStage as error:
        return Gate("stage", passed=False, detail=str(error))
    # Workers load it now rather than under the first post; those already running take it without a restart.
    ring_after_commit(LOAD_TASK, SCORE_QUEUE)
    return None


def roll_back(
    *, desk: str, kind: str, language: str, by: User | None, reason: str, live: ModelVersion | None = None
) -> StageChange:
    """Put the version that was live before back in its place, at once and without gates.

    `live` is the version that the caller saw live: of two people who take back the same one, the second changes
    nothing. Raises `NothingToRollBack`.
    """
    if live is not None and not ModelVersion.objects.filter(pk=live.pk, stage=Stage.LIVE).exists():
        raise NothingToRollBack(f"{live} is not live any more: somebody took it back already.")
    before = live_before(desk, kind, language)
    if before is None:
        raise NothingToRollBack("No version was live before this one: there is nothing to go back to.")
    change = move_version(version=before, to=Stage.LIVE, by=by, reason=reason, rolled_back=True)
    ring_after_commit(LOAD_TASK, SCORE_QUEUE)
    return change
