"""What a desk gives the platform. The platform names no desk: each registers itself when its app loads."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from django.apps import apps
from django.db.models import QuerySet, TextChoices
from django.utils.functional import Promise

from aimass_apps.submissions.models import Review, Submission


class LabelShape(TextChoices):
    """What a judgement says of a text: yes or no to each label, or the name of the one that is true."""

    YES_OR_NO = "yes_or_no"
    NAMED = "named"


@dataclass(frozen=True)
class Example:
    """One reviewed submission as a future training row. `weight` undoes the sampling of what was reviewed."""

    submission: Submission
    review: Review
    labels: dict[str, Any]
    weight: float = 1.0


class CannotFind(ValueError):
    """A desk has nothing of this name, or several things; the message says which, without quoting a text."""


@dataclass(frozen=True)
class Subject:
    """What one request for erasure is about.

    `key` names it for good (only its keyed hash is kept); `rows` are the desk's own that do not go with a submission.
    """

    key: str
    submissions: list[int]
    rows: list[QuerySet[Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Finder:
    """How the command line names what is to be erased: `--post EXTERNAL_ID --platform NAME`.

    `find` takes the name and what tells equal names apart (None where nothing was given), and locks what it finds.
    Raises `CannotFind`.
    """

    argument: str
    metavar: str
    help: str
    find: Callable[[str, str | None], Subject]
    within: str = ""
    within_help: str = ""


class LineScorer(Protocol):
    """How a desk reads one line of a file and what it makes of the models' answers, under one policy."""

    def read(self, raw: Mapping[str, Any]) -> Any:
        """The line as an `inference.predictor.Item`. Raises `inference.scoring.BadLine`."""

    def judge(self, item: Any, scored: Sequence[Any]) -> dict[str, Any]:
        """What is answered, JSON-ready; `scored` are the versions' answers as `inference.scoring.Scored`."""


class Desk(Protocol):
    """One desk. `name` is its app's label, under which rows and versions are kept.

    A desk that `seals_text` has its texts and facts stored sealed, and no model of it may keep their words.
    """

    name: str
    seals_text: bool
    label_shape: LabelShape

    @property
    def finder(self) -> Finder:
        """How the command line names what is to be erased."""

    @property
    def demo_noun(self) -> str | Promise:
        """What its demo consists of: "posts"."""

    def settle(self, submissions: list[Submission]) -> None:
        """Decide and write. The submissions are locked, scored, unsettled, with their predictions prefetched; the
        transaction is the one that stored the last answer.
        """

    def examples(self, until: datetime) -> Iterator[Example]:
        """The judgement that counts of each submission, up to a moment."""

    def metrics(self, rows: Sequence[tuple[dict[str, Any], dict[str, float], float]]) -> dict[str, Any]:
        """Metrics of one version from (labels, scores, weight) rows; `main` names the one that leads."""

    def label_space(self) -> list[str]:
        """What a model of this desk may answer."""

    def line_scorer(self, policy_path: Path | None, models: Path) -> LineScorer:
        """For `manage.py score`: the policy file, or the shipped one; `models` is the folder of the versions asked."""

    def load_demo(self) -> int:
        """Add what is not there yet; returns how many. Raises `CantLoadDemo`."""

    def wipe_demo(self) -> int:
        """Remove the demo with all that came of it; returns how many."""

    def demo_submissions(self) -> QuerySet[Submission]:
        """The submissions of the demo."""

    def warm_up(self) -> None:
        """Read rules and data before the first text waits for them; called in web processes and scoring workers."""


class CantLoadDemo(RuntimeError):
    """The demo can't be fed; the message says what is needed first."""


class UnknownDesk(KeyError):
    """No desk of this name has registered itself."""


_desks: dict[str, Desk] = {}


def register(desk: Desk) -> None:
    """Called by the desk's `AppConfig.ready()`."""
    _desks[desk.name] = desk


def all_desks() -> list[Desk]:
    """Every registered desk, in the order of the installed apps."""
    return list(_desks.values())


def desk_of(name: str) -> Desk:
    """Raises `UnknownDesk`."""
    try:
        return _desks[name]
    except KeyError:
        raise UnknownDesk(name) from None


def title_of(name: str) -> str:
    """The desk's name as people read it."""
    return str(apps.get_app_config(name).verbose_name)
