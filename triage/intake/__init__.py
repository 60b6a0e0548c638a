"""The only writer of the triage desk: visits are opened, proposals settled, judgements recorded."""

from triage.intake.erasing import erase_visits
from triage.intake.judgements import NotJudgeable
from triage.intake.receiving import open_visit, reassess
from triage.intake.reviewing import confirm, defer, lower, override, withdraw
from triage.intake.settling import settle, stop_waiting

__all__ = [
    "NotJudgeable",
    "confirm",
    "defer",
    "erase_visits",
    "lower",
    "open_visit",
    "override",
    "reassess",
    "settle",
    "stop_waiting",
    "withdraw",
]
