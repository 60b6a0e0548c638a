"""Score a file of texts without the database: the shipped (or given) versions, a policy, one answer a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aimass_apps.inference.combining import readers_among
from aimass_apps.inference.predictor import Answer, Item, Predictor, load_predictor
from aimass_apps.inference.text.language import languages_to_ask
from aimass_apps.registry.artefacts import STARTERS, Manifest, read_manifest, starters
from aimass_apps.registry.languages import may_read

if TYPE_CHECKING:
    from aimass_apps.submissions.desk import LineScorer

CHUNK = 256


class BadLine(ValueError):
    """A line can't be scored; the message says why and quotes nothing of the text."""


class NoModels(ValueError):
    """The folder holds no version of the desk."""


@dataclass(frozen=True, slots=True)
class Version:
    """One loaded model version, named by its folder."""

    name: str
    manifest: Manifest
    predictor: Predictor


@dataclass(frozen=True, slots=True)
class Scored:
    """One version's answer to one text; None when it failed."""

    version: Version
    answer: Answer | None


def load_versions(desk: str, folder: Path = STARTERS) -> list[Version]:
    """Every version of `desk` below `folder` that reads texts. Raises `NoModels`, and what loading raises."""
    folders = readers_among(starters(desk, folder))
    found = [Version(path.name, read_manifest(path), load_predictor(path, "auto")) for path in folders]
    if not found:
        raise NoModels(f"{folder} holds no model version for {desk}")
    return found


def score_lines(
    lines: Iterable[str],
    desk: LineScorer,
    versions: Sequence[Version],
    report: Callable[[int], None] = lambda done: None,
) -> Iterator[dict[str, Any]]:
    """One result or error object for each non-empty line, in order; `report` hears how many lines are done.

    Lines are read in chunks of `CHUNK`, so that batches hold texts of one length and memory stays small.
    """
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    while chunk := list(islice(numbered, CHUNK)):
        yield from _score_chunk(chunk, desk, versions)
        report(chunk[-1][0])


def _score_chunk(
    chunk: Sequence[tuple[int, str]], desk: LineScorer, versions: Sequence[Version]
) -> Iterator[dict[str, Any]]:
    read = [_read(number, line, desk) for number, line in chunk]
    items = {place: item for place, (_, item) in enumerate(read) if isinstance(item, Item)}
    answers: dict[int, list[Scored]] = {place: [] for place in items}
    for version in versions:
        asked = [place for place, item in items.items() if _applies(version, item.text)]
        for place, answer in zip(asked, _predict(version, [items[place] for place in asked]), strict=True):
            answers[place].append(Scored(version, answer))
    for place, (ident, item) in enumerate(read):
        if isinstance(item, Item):
            names = [each.version.name for each in answers[place]]
            yield {"id": ident, "model_versions": names, **desk.judge(item, answers[place])}
        else:
            yield {"id": ident, "line": chunk[place][0], "error": str(item)}


def _read(number: int, line: str, desk: LineScorer) -> tuple[object, Item | BadLine]:
    try:
        raw = json.loads(line)
    except ValueError:
        return None, BadLine("not JSON")
    if not isinstance(raw, dict):
        return None, BadLine("not an object")
    ident = raw.get("id")
    if not isinstance(ident, str | int) or isinstance(ident, bool):
        return None, BadLine("id: a string or a number is needed")
    if not isinstance(raw.get("text"), str) or not raw["text"].strip():
        return ident, BadLine("text: a text that is not empty is needed")
    try:
        return ident, desk.read(raw)
    except BadLine as error:
        return ident, error


def _applies(version: Version, text: str) -> bool:
    return may_read(version.manifest.language, languages_to_ask(text))


def _predict(version: Version, items: Sequence[Item]) -> Sequence[Answer | None]:
    """Answers in order; None for each when the model fails, so that the text goes to a person."""
    try:
        return [answer if answer.scores else None for answer in version.predictor.predict(items)]
    except Exception:  # noqa: BLE001 - models are foreign code: any failure of theirs goes to a person
        return [None] * len(items)
