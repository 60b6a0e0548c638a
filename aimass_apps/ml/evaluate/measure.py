"""Ask several versions for the rows of one test: a report of the first, the others beside it, each run logged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from aimass_apps.inference.combining import CombinerWithMembers, load_whole
from aimass_apps.inference.kinds.ensemble.predictor import Ensemble
from aimass_apps.inference.predictor import Item, Predictor
from aimass_apps.ml.evaluate.card import BESIDE
from aimass_apps.ml.evaluate.comparison import right_answers, side_by_side
from aimass_apps.ml.evaluate.evaluation import ask, compare_answers, report_on
from aimass_apps.ml.evaluate.evaluation_tasks import Task, read_rows
from aimass_apps.ml.evaluate.run_log import log_run
from aimass_apps.ml.fit.ensemble import sets_on
from aimass_apps.registry.artefacts import STARTERS, Manifest, read_manifest, starters


class Opened(NamedTuple):
    """A version ready to be asked."""

    folder: Path
    predictor: Predictor
    manifest: Manifest


def open_version(folder: Path, beside: Iterable[Path] | None = None) -> Opened:
    """Raises `UnknownKind` and `BrokenArtefact` as `load_predictor` does.

    What combines others gets its members from the folders `beside`: by default its neighbours, else what is shipped;
    raises `NoMembers` where one lacks.
    """
    manifest = read_manifest(folder)
    if beside is None:
        beside = (each for place in (folder.parent, STARTERS) for each in starters(manifest.desk, place))
    return Opened(folder, load_whole(folder, beside), manifest)


def measure(
    versions: Mapping[str, Opened], task: Task, path: Path | None, *, project: Path, at: datetime
) -> dict[str, Any]:
    """The first version's report. Where there are others, it also holds `compared` (it less them) and `card.BESIDE`.

    Every version's run is written to the task's log, a file below `project`.
    """
    rows = read_rows(task, path)
    # A row may hold what else is known of the person, as the desk knows it.
    items = [Item(row["text"], row.get("facts", {})) for row in rows]
    answers = {name: ask(each.predictor, items) for name, each in versions.items()}
    reports = {
        name: report_on(rows, scores, task, versions[name].manifest, milliseconds=spent)
        for name, (scores, spent) in answers.items()
    }
    for name, (scores, _) in answers.items():
        model = versions[name].predictor
        if task.condition and isinstance(model, CombinerWithMembers) and isinstance(model.combiner, Ensemble):
            reports[name]["figures"] |= sets_on(model.combiner, scores, [str(row[task.condition]) for row in rows])
    if task.log:
        for name, each in versions.items():
            log_run(project / task.log, reports[name], rows, each.folder, at)
    sides = {name: (answers[name][0], each.manifest) for name, each in versions.items()}
    first, *others = sides
    report = reports[first]
    if others:
        report["compared"] = {
            f"{name}, {metric}": found
            for name in others
            for metric, found in compare_answers(rows, sides[name], sides[first], task).items()
        }
        right = {name: right_answers(rows, scores, task, manifest) for name, (scores, manifest) in sides.items()}
        if right[first]:
            report[BESIDE] = side_by_side(right)
    return report
