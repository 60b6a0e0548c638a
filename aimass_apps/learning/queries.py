"""What the model pages show."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from aimass_apps.learning.models import OPEN, Measurement, Promotion
from aimass_apps.ml.recipe.schema import BadRecipe, Recipe, read_recipe
from aimass_apps.people.models import User
from aimass_apps.registry.kinds import kind_of
from aimass_apps.registry.models import ModelVersion, Stage
from aimass_apps.registry.stages import MOVES, live_before
from aimass_apps.submissions.desk import title_of

log = logging.getLogger(__name__)
# Raw HTML in a card is shown as text: a card can come from a file that somebody handed in.
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
_ORDER = {Stage.LIVE: 0, Stage.CANARY: 1, Stage.SHADOW: 2, Stage.CANDIDATE: 3, Stage.RETIRED: 4}


def versions_by_desk(desk: str = "") -> list[tuple[str, list[ModelVersion]]]:
    """(desk's label, versions) with what is live first."""
    versions = ModelVersion.objects.defer("card").select_related("created_by")
    groups = []
    for each in settings.DESKS:
        if desk in ("", each):
            found = sorted(versions.filter(desk=each), key=lambda v: (_ORDER[Stage(v.stage)], v.kind, v.language))
            groups.append((title_of(each), found))
    return groups


def render_card(version: ModelVersion) -> str:
    """The model card as HTML: without its title, which is the page's, and its headings one level down."""
    text = version.card.lstrip()
    body = text.partition("\n")[2] if text.startswith("# ") else text
    return str(_markdown.render(body.replace("\n#", "\n##")))


def possible_moves(version: ModelVersion) -> list[tuple[str, str]]:
    """(stage, label) of where the version may go from here."""
    return [(stage.value, str(stage.label)) for stage in Stage if stage in MOVES[version.stage]]


def earlier_live(version: ModelVersion) -> ModelVersion | None:
    """What a roll-back of this live version would bring back."""
    if version.stage != Stage.LIVE:
        return None
    return live_before(version.desk, version.kind, version.language)


def main_metrics(metrics: dict[str, Any]) -> list[tuple[str, float]]:
    """The plain numbers of a manifest's metrics, for the tiles of the page."""
    return [(name.replace("_", " "), value) for name, value in _flat(metrics) if isinstance(value, int | float)][:8]


def _flat(metrics: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    for name, value in metrics.items():
        if not isinstance(value, dict | list):
            yield name, value


@dataclass(frozen=True, slots=True)
class Judged:
    """One card of a version's page: a request to promote it, or a measurement that nobody's request led to."""

    at: datetime
    by: User | None
    is_open: bool
    promotion: Promotion | None
    measurement: Measurement | None
    rows: Sequence[tuple[str, float | None, float | None]]


def judged(version: ModelVersion, most: int = 10) -> list[Judged]:
    """What was asked and measured of the version, newest first.

    What the command line measured on files stands among the tests alone.
    """
    about = "measurement__dataset", "measurement__against"
    promotions = version.promotions.select_related("by", "measurement", *about)[:most]
    measured = version.measurements.filter(promotions=None, dataset__isnull=False)
    found = [_judged(each, each, each.measurement) for each in promotions]
    found += [_judged(each, None, each) for each in measured.select_related("by", "dataset", "against")[:most]]
    return sorted(found, key=lambda each: each.at, reverse=True)[:most]


def _judged(asked: Promotion | Measurement, promotion: Promotion | None, measurement: Measurement | None) -> Judged:
    rows = comparison_rows(measurement.metrics) if measurement else []
    return Judged(asked.at, asked.by, asked.state in OPEN, promotion, measurement, rows)


def comparison_rows(metrics: dict[str, Any]) -> list[tuple[str, float | None, float | None]]:
    """(metric, candidate, live) of a measurement."""
    ours, theirs = metrics.get("candidate") or {}, metrics.get("live") or {}
    names = [name for name, value in ours.items() if isinstance(value, int | float)]
    return [(name.replace("_", " "), ours[name], theirs.get(name)) for name in names]


def model_tabs(here: str) -> list[dict[str, object]]:
    """The three views of the model pages."""
    views = [
        ("list", _("Versions"), "layers"),
        ("datasets", _("Datasets"), "database"),
        ("runs", _("Training"), "rocket"),
    ]
    return [
        {"label": label, "url": reverse(f"models:{name}"), "icon": icon, "active": name == here}
        for name, label, icon in views
    ]


def trainable_places() -> list[tuple[str, str, str]]:
    """(desk, kind, language) of every readable recipe that learns from reviews; others are named in the log."""
    paths = [path for folder in settings.RECIPE_DIRS for path in sorted(Path(folder).glob("*-*-*.toml"))]
    recipes = [recipe for path in paths if (recipe := _readable(path)) and kind_of(recipe.kind).learns]
    return list(dict.fromkeys((each.desk, each.kind, each.language) for each in recipes))


def _readable(path: Path) -> Recipe | None:
    try:
        return read_recipe(path)
    except BadRecipe as error:
        # One half-written file must not close the page for all the others.
        log.warning("A recipe can't be read and is left out: %s", error)
        return None
