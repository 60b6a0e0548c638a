"""What the desk gives the platform (`submissions.desk.Desk`)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from aimass_apps.submissions.desk import Example, LabelShape, LineScorer
from aimass_apps.submissions.models import Review, Submission
from moderation import DESK, policy
from moderation.demo import posts as demo
from moderation.erasing import FINDER
from moderation.intake import settle
from moderation.labels import LABELS
from moderation.metrics import metrics
from moderation.policy_revisions import policy_file
from moderation.queries import standing_review
from moderation.score_line import PostScorer


class ModerationDesk:
    """Posts of platforms: kept in plain, each label judged yes or no."""

    name = DESK
    seals_text = False
    label_shape = LabelShape.YES_OR_NO
    demo_noun = _("posts")
    finder = FINDER

    def settle(self, submissions: list[Submission]) -> None:
        settle(submissions)

    def examples(self, until: datetime) -> Iterator[Example]:
        """The review that held at `until` of every post that has one, in the order of posts.

        One that states no label teaches nothing: left in, it would read as a no to each of them.
        """
        reviews = Review.objects.filter(submission__desk=DESK, at__lte=until).defer("comment")
        ordered = reviews.select_related("submission").order_by("submission_id", "pk").iterator(2000)
        for _post, of_one_post in groupby(ordered, key=lambda review: review.submission_id):
            review = standing_review(of_one_post)
            if review is not None and review.labels:
                yield Example(review.submission, review, review.labels, review.sampling_weight)

    def metrics(self, rows: Sequence[tuple[dict[str, Any], dict[str, float], float]]) -> dict[str, Any]:
        return {**metrics(rows), "main": "mean_auc"}

    def label_space(self) -> list[str]:
        return list(LABELS)

    def line_scorer(self, policy_path: Path | None, models: Path) -> LineScorer:
        return PostScorer(policy.load_policy(policy_path) if policy_path else policy.load_policy())

    def load_demo(self) -> int:
        return demo.load_demo()

    def wipe_demo(self) -> int:
        return demo.wipe_demo()

    def demo_submissions(self) -> QuerySet[Submission]:
        return Submission.objects.filter(post__platform__is_demo=True)

    def warm_up(self) -> None:
        policy_file()
