"""The one setter of a version's stage. Gates decide elsewhere; here the move is made and written down."""

from collections.abc import Sequence

from django.db import transaction

from aimass_apps.people.models import User
from aimass_apps.registry.locks import one_at_a_time
from aimass_apps.registry.models import ModelVersion, Stage, StageChange


class WrongStage(ValueError):
    """The version can't move there from where it stands."""


# A retired version may come back as a shadow or be taken back live; nothing returns to candidate.
MOVES: dict[str, frozenset[str]] = {
    Stage.CANDIDATE: frozenset({Stage.SHADOW, Stage.CANARY, Stage.LIVE, Stage.RETIRED}),
    Stage.SHADOW: frozenset({Stage.CANARY, Stage.LIVE, Stage.RETIRED}),
    Stage.CANARY: frozenset({Stage.SHADOW, Stage.LIVE, Stage.RETIRED}),
    Stage.LIVE: frozenset({Stage.RETIRED}),
    Stage.RETIRED: frozenset({Stage.SHADOW, Stage.LIVE}),
}


def check_move(version: ModelVersion, to: str) -> None:
    """Raises `WrongStage` when there is no way from the version's stage to `to`."""
    if to not in MOVES[version.stage]:
        raise WrongStage(f"{version} is {version.stage}: it can't become {to}.")


def move_version(
    *,
    version: ModelVersion,
    to: Stage,
    by: User | None,
    reason: str,
    canary_share: float | None = None,
    gates: Sequence[object] = (),
    rolled_back: bool = False,
) -> StageChange:
    """Move `version` to a stage; going live retires the version that was live, in the same transaction."""
    with transaction.atomic():
        # So that two promotions can't cross.
        one_at_a_time("stage", version.desk, version.kind, version.language)
        version.refresh_from_db()
        check_move(version, to)
        replaced = _make_room(version, to, by)
        change = StageChange.objects.create(
            version=version,
            from_stage=version.stage,
            to_stage=to,
            replaced=replaced,
            by=by,
            reason=reason,
            gates=list(gates),
            rolled_back=rolled_back,
        )
        version.stage, version.canary_share = to, canary_share if to == Stage.CANARY else None
        version.save(update_fields=["stage", "canary_share"])
    return change


def _make_room(version: ModelVersion, to: Stage, by: User | None) -> ModelVersion | None:
    """Retire whoever holds the one live or canary place, and return it."""
    if to not in {Stage.LIVE, Stage.CANARY}:
        return None
    holder = (
        ModelVersion.objects.filter(desk=version.desk, kind=version.kind, language=version.language, stage=to)
        .exclude(pk=version.pk)
        .first()
    )
    if holder is None:
        return None
    StageChange.objects.create(
        version=holder, from_stage=to, to_stage=Stage.RETIRED, by=by, reason=f"replaced by {version}"
    )
    holder.stage, holder.canary_share = Stage.RETIRED, None
    holder.save(update_fields=["stage", "canary_share"])
    return holder


def live_before(desk: str, kind: str, language: str) -> ModelVersion | None:
    """The version that a step back returns to: steps back unwind promotions, they never redo one."""
    changes = (
        StageChange.objects.filter(
            version__desk=desk, version__kind=kind, version__language=language, to_stage=Stage.LIVE
        )
        .select_related("version")
        .order_by("id")
    )
    line: list[ModelVersion] = []
    for change in changes:
        if change.rolled_back:
            line.pop()
        else:
            line.append(change.version)
    return line[-2] if len(line) > 1 else None
