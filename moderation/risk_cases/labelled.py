"""A labelled file as cases for risk control: what the policy would do with each text. Loads models: not for the web."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from aimass_apps.inference.predictor import Item, Predictor, load_predictor
from aimass_apps.ml.evaluate.evaluation_tasks import Task, read_rows, read_tasks, task_for
from aimass_apps.ml.recipe.examples import label_value
from aimass_apps.ml.risk import Case
from aimass_apps.registry.artefacts import Manifest, read_manifest
from aimass_apps.registry.models import ModelVersion, Stage
from aimass_apps.registry.store import unpack_version
from moderation import DESK
from moderation.decide import KEYWORDS, VersionAnswer
from moderation.operating_point import act_point, clear_point
from moderation.policy_revisions import policy_file

CHUNK = 512
TASKS = Path(__file__).parents[1] / "recipes" / "tasks.toml"


def labelled_cases(version: ModelVersion, path: Path) -> dict[str, list[Case]]:
    """Each row as the policy would decide it: this version beside the live keyword lists of its language.

    The row's label is the truth. Raises `BadRecipe`, `BrokenArtefact` and `UnknownKind`.
    """
    folder = unpack_version(version)
    task = _task(path, read_manifest(folder))
    rows = [(row, value) for row in read_rows(task, path) if (value := _truth(row, task)) is not None]
    texts = [row["text"] for row, _ in rows]
    asked = [(version, load_predictor(folder))] + [
        (words, load_predictor(unpack_version(words)))
        for words in ModelVersion.objects.filter(desk=DESK, kind=KEYWORDS, stage=Stage.LIVE)
        if words.language in (version.language, "any")
    ]
    columns = [_answers(each, predictor, texts) for each, predictor in asked]
    clear, act = [], []
    policy = policy_file()
    for number, (_, harmful) in enumerate(rows):
        answers = [column[number] for column in columns]
        key = f"{path.name}:{number}"
        clear.append(Case(key, clear_point(answers, answers[0], policy), harmful))
        act.append(Case(key, act_point(answers[0], policy), not harmful))
    return {"clear": clear, "act": act}


def _answers(version: ModelVersion, predictor: Predictor, texts: list[str]) -> list[VersionAnswer]:
    given = [
        answer
        for start in range(0, len(texts), CHUNK)
        for answer in predictor.predict([Item(text) for text in texts[start : start + CHUNK]])
    ]
    return [
        VersionAnswer(
            str(version), version.kind, each.scores, version.thresholds, each.spans, language=version.language
        )
        for each in given
    ]


def _task(path: Path, manifest: Manifest) -> Task:
    return task_for(path, read_tasks(TASKS), tuple(manifest.labels))


def _truth(row: dict[str, Any], task: Task) -> bool | None:
    """Whether the text deserves a flag: by the task's truth, else by any of its labels; None where nobody said."""
    known: Iterable[float | None] = (
        [label_value(row, task.truth)] if task.truth else [float(row[label]) for label in task.labels]
    )
    said = [value for value in known if value is not None]
    return any(value >= 0.5 for value in said) if said else None
