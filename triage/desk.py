"""What the desk gives the platform (`submissions.desk.Desk`)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from aimass_apps.inference.kinds.ensemble.predictor import ensemble_among
from aimass_apps.registry.artefacts import starters
from aimass_apps.submissions.desk import Example, LabelShape, LineScorer
from aimass_apps.submissions.models import Submission
from triage import DESK, intake, metrics, proposal, queries
from triage.decide import load_policy
from triage.demo import visits as demo
from triage.erasing import FINDER
from triage.score_line import VisitScorer
from triage.urgency.predictor import layer_among


class TriageDesk:
    """Visits: text and facts are sealed, and a judgement names the condition and the urgency."""

    name = DESK
    seals_text = True
    label_shape = LabelShape.NAMED
    demo_noun = _("visits")
    finder = FINDER

    def settle(self, submissions: list[Submission]) -> None:
        intake.settle(submissions)

    def examples(self, until: datetime) -> Iterator[Example]:
        return queries.examples(until)

    def metrics(self, rows: Sequence[tuple[dict[str, Any], dict[str, float], float]]) -> dict[str, Any]:
        return metrics.metrics(rows)

    def label_space(self) -> list[str]:
        return metrics.label_space()

    def line_scorer(self, policy_path: Path | None, models: Path) -> LineScorer:
        folders = starters(DESK, models)
        policy = load_policy(policy_path) if policy_path else load_policy()
        return VisitScorer(policy, ensemble_among(folders), layer_among(folders))

    def load_demo(self) -> int:
        return demo.load_demo()

    def wipe_demo(self) -> int:
        return demo.wipe_demo()

    def demo_submissions(self) -> QuerySet[Submission]:
        return Submission.objects.filter(assessment__visit__is_demo=True)

    def warm_up(self) -> None:
        proposal.warm_up()
