"""Word lists of others as keyword versions: text, CSV with a term and perhaps a category, or a version's words."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aimass_apps.inference.kinds.keywords.desk_labels import DeskLabels, desk_labels
from aimass_apps.inference.kinds.keywords.predictor import MATCHES, WORDS, BadWordList, Entry, WordList, read_entries
from aimass_apps.ml.evaluate.card import write_card
from aimass_apps.ml.fit.progress import Report
from aimass_apps.ml.recipe.prepare import Prepared
from aimass_apps.ml.recipe.provenance import manifest_head
from aimass_apps.ml.recipe.schema import BadRecipe, Recipe, settings_as
from aimass_apps.ml.recipe.settings import KeywordsSettings
from aimass_apps.strict_files import Text, read_json

TERM_COLUMNS = ("term", "text", "word", "phrase")
THRESHOLD = 0.9


@dataclass(frozen=True, slots=True)
class OwnList:
    """A list written for this project, beside its recipe."""

    licence: Text
    entries: tuple[Entry, ...]


def read_word_list(path: Path, known: DeskLabels, label: str, severity: int) -> Iterator[Entry]:
    """Entries of one file; `label` and `severity` where it names none that is known. Raises `BadWordList`.

    Columns understood: a term; `label`; `category` or `category_1`; `severity` (1 to 3) or `severity_rating`;
    `sureness` (0 to 2, 0 being a word that is seldom rude: those are left out); `match`.
    """
    if path.suffix.lower() == ".json":
        yield from _keyword_version(path)
        return
    if path.suffix.lower() != ".csv":
        lines = path.read_text(encoding="utf-8").splitlines()
        yield from read_entries(
            {"term": each.strip(), "label": label, "severity": severity} for each in lines if each.strip()
        )
        return
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream)
        column = next((name for name in TERM_COLUMNS if name in (rows.fieldnames or ())), None)
        if column is None:
            raise BadWordList(f"{path}: needs a column named {', '.join(TERM_COLUMNS)}")
        kept = (row for row in rows if row.get("sureness") != "0" and row[column].strip())
        yield from read_entries(_entry(row, column, known, label, severity) for row in kept)


def write_word_lists(
    files: Mapping[Path, str], out: Path, *, desk: str, language: str, label: str, severity: int
) -> int:
    """Make a keyword version in `out` from files and their licences; how many terms it holds."""
    entries: dict[str, Entry] = {}
    known = desk_labels(desk)
    for path in files:
        for entry in read_word_list(path, known, label, severity):
            held = entries.get(entry.term.lower())
            if held is None or held.severity < entry.severity:
                entries[entry.term.lower()] = entry
    used = {entry.label for entry in entries.values()}
    labels = [*known.implies, *sorted(used - set(known.implies))]
    _write_words(out, labels, known, [_plain(entry) for entry in entries.values()])
    manifest = {
        "desk": desk,
        "kind": "keywords",
        "language": language,
        "name": f"Keywords, imported ({language})",
        "labels": labels,
        "thresholds": dict.fromkeys(labels, THRESHOLD),
        "metrics": {"terms": len(entries)},
        "recipe": "manage.py import_keywords",
        "data": [{"name": path.name, "licence": licence, "rows": ""} for path, licence in files.items()],
    }
    write_card(out, manifest, [WORDS], "Imported as published: read it before it decides anything.")
    return len(entries)


def _write_words(out: Path, labels: Sequence[str], known: DeskLabels, entries: Sequence[Mapping[str, Any]]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    content = {"labels": list(labels), "implies": known.implied_among(labels), "entries": list(entries)}
    (out / WORDS).write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _keyword_version(path: Path) -> Iterator[Entry]:
    """The `words.json` of a keyword version, so that a list can be added to what is there."""
    yield from read_json(path, WordList, BadWordList).entries


def _entry(row: Mapping[str, str], column: str, known: DeskLabels, label: str, severity: int) -> dict[str, Any]:
    category = row.get("category") or row.get("category_1") or ""
    named = row.get("label") or known.label_of(category) or label
    rating = row.get("severity") or row.get("severity_rating") or ""
    match = row.get("match") or "word"
    if match not in MATCHES:
        raise BadWordList(f"{row[column]!r}: match is {match!r}")
    return {"term": row[column].strip(), "label": named, "severity": _severity(rating, severity), "match": match}


def _severity(rating: str, otherwise: int) -> int:
    try:
        return min(3, max(1, round(float(rating)))) if rating else otherwise
    except ValueError:
        raise BadWordList(f"severity {rating!r} is not a number") from None


def _plain(entry: Entry) -> dict[str, Any]:
    plain = {"term": entry.term, "label": entry.label, "severity": entry.severity, "match": entry.match}
    return {**plain, "harmless": list(entry.harmless)} if entry.harmless else plain


def seal_word_list(plan: Recipe, prepared: Prepared, members: Iterable[Path], out: Path, progress: Report) -> Path:
    """Copy, check and seal a recipe's own word list: it is not fitted on rows. Raises `BadRecipe`.

    Its thresholds stand in the recipe.
    """
    words = plan.path.parent / settings_as(plan, KeywordsSettings).words
    own = read_json(words, OwnList, BadRecipe)
    if {entry.label for entry in own.entries} - set(plan.labels):
        raise BadRecipe("uses labels that the recipe does not have", words)
    _write_words(out, plan.labels, desk_labels(plan.desk), [_plain(entry) for entry in own.entries])
    manifest = {
        **manifest_head(plan),
        "thresholds": dict(plan.thresholds),
        "metrics": {"terms": len(own.entries)},
        "base": "",
        "recipe": plan.path.name,
        "data": [{"name": words.name, "licence": own.licence, "rows": len(own.entries)}],
    }
    write_card(out, manifest, [WORDS], plan.limits)
    return out
