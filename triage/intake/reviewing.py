"""What a clinician says about a proposal.

What HL7 EHR-S FM CPS.3.8 asks for is in every Review: what was shown, whether it was accepted or overridden, why.
"""

from django.utils.translation import gettext_lazy as _

from aimass_apps.people.models import User
from aimass_apps.submissions.models import Review
from triage.intake.judgements import CONFIRM, DEFER, LOWER, OVERRIDE, WITHDRAW, NotJudgeable, judge
from triage.levels import LEVELS
from triage.models import Assessment
from triage.reasons import DeferReason, LowerReason, OverrideReason, WithdrawReason


def confirm(
    *, assessment: Assessment, by: User, seen: int | None, comment: str = "", seconds: float | None = None
) -> Review:
    """Accept the proposed urgency and the condition that was shown first. `seen`: see `judge`."""
    return judge(assessment=assessment, by=by, seen=seen, verdict=CONFIRM, comment=comment, seconds=seconds, reason="")


def override(
    *,
    assessment: Assessment,
    by: User,
    seen: int | None,
    condition: str | None,
    urgency: str,
    reason: str,
    comment: str = "",
    seconds: float | None = None,
) -> Review:
    """Record another condition, another urgency or both, with a coded reason of `OverrideReason`.

    Going below the safety floor needs a comment as well. Raises `NotJudgeable`.
    """
    if reason not in OverrideReason.values:
        raise NotJudgeable(_("Choose the reason for the change."))
    if urgency not in LEVELS:
        raise NotJudgeable(_("Choose an urgency."))
    return judge(
        assessment=assessment, by=by, seen=seen, verdict=OVERRIDE, comment=comment, seconds=seconds, reason=reason,
        condition=condition, urgency=urgency,
    )  # fmt: skip


def defer(
    *,
    assessment: Assessment,
    by: User,
    seen: int | None,
    reason: str,
    comment: str = "",
    seconds: float | None = None,
) -> Review:
    """Leave the decision open, with a coded reason of `DeferReason`. Raises `NotJudgeable`."""
    if reason not in DeferReason.values:
        raise NotJudgeable(_("Choose what the decision waits for."))
    return judge(
        assessment=assessment, by=by, seen=seen, verdict=DEFER, comment=comment, seconds=seconds, reason=reason
    )


def lower(
    *,
    assessment: Assessment,
    by: User,
    seen: int | None,
    reason: str,
    comment: str = "",
    seconds: float | None = None,
) -> Review:
    """Let the lower urgency of a further assessment count, with a coded reason of `LowerReason`. Raises `NotJudgeable`.

    The visit still waits for a judgement.
    """
    if reason not in LowerReason.values:
        raise NotJudgeable(_("Choose why the lower urgency is right."))
    return judge(
        assessment=assessment, by=by, seen=seen, verdict=LOWER, comment=comment, seconds=seconds, reason=reason
    )


def withdraw(
    *,
    assessment: Assessment,
    by: User,
    seen: int | None,
    reason: str,
    comment: str = "",
    seconds: float | None = None,
) -> Review:
    """Take a judgement back: the assessment waits for a clinician again. Raises `NotJudgeable`."""
    if reason not in WithdrawReason.values:
        raise NotJudgeable(_("Choose why it is taken back."))
    return judge(
        assessment=assessment, by=by, seen=seen, verdict=WITHDRAW, comment=comment, seconds=seconds, reason=reason
    )
