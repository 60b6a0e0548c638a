"""The functional suite: what a toxicity model must tell apart, case by case, and training rows of the same kind.

There is one suite for each of `LANGUAGES`, in files named for it. The cases are frozen: `suite.sha256` holds the digest
of all of them. A third of the templates (`held_out`) is never used by `training_rows`, so that accuracy on it says
whether a model learnt the distinction or the sentence.
"""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from moderation.labels import LABELS

LANGUAGES = ("en", "zh")

_FOLDER = Path(__file__).parent
_SLOT = re.compile(r"\{(\w+)\}")
_GROUP_SLOTS = ("group", "member", "attr", "being")


@dataclass(frozen=True, slots=True)
class Case:
    """One text with the answer it should get.

    `flag` says whether a moderator should see it, `label` the label that says why (empty if clear), `group` the
    identity named in it (empty if none), `template` the number of its template within the function.
    """

    id: str
    function: str
    template: int
    text: str
    flag: bool
    label: str
    group: str
    held_out: bool


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One text for training; `labels` maps each known label to 0 or 1, and a label left out is unknown."""

    text: str
    function: str
    group: str
    labels: Mapping[str, int] = field(default_factory=dict)


@cache
def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((_FOLDER / name).read_text(encoding="utf-8"))
    return data


def _named(file: str, language: str) -> str:
    """`templates.json` for English, `templates_zh.json` for Chinese."""
    name = Path(file)
    return file if language == "en" else f"{name.stem}_{language}{name.suffix}"


def _templates(language: str) -> dict[str, Any]:
    return _read(_named("templates.json", language))


def _training_templates(language: str) -> dict[str, Any]:
    return _read(_named("training_templates.json", language))


def cases(language: str = "en") -> list[Case]:
    """The whole suite, the same on every call and machine.

    Groups and slot values are dealt in turn, on each side (flag, clear) for itself, so that both sides of every
    group are equally many, give or take one.
    """
    data = _templates(language)
    dealers = {expect: _Dealer(data["groups"], data["slots"]) for expect in ("flag", "clear")}
    return [case for function in data["functions"] for case in _cases_of(function, dealers[function["expect"]])]


def _cases_of(function: dict[str, Any], dealer: _Dealer) -> Iterator[Case]:
    numbered = enumerate([(t, False) for t in function["open"]] + [(t, True) for t in function["held_out"]])
    for number, (template, held_out) in numbered:
        for variant in range(min(function["variants"], dealer.ways(template))):
            text, group = dealer.fill(template)
            yield Case(
                id=f"{function['id']}-{number:02d}-{variant}",
                function=function["id"],
                template=number,
                text=text,
                flag=function["expect"] == "flag",
                label=function["label"],
                group=group,
                held_out=held_out,
            )


class _Dealer:
    """Fills slots with each value in turn."""

    def __init__(self, groups: list[dict[str, str]], slots: Mapping[str, list[str]]) -> None:
        self._groups = itertools.cycle(groups)
        self._sizes = {"group": len(groups)} | {name: len(values) for name, values in slots.items()}
        self._slots = {name: itertools.cycle(values) for name, values in slots.items()}

    def ways(self, template: str) -> int:
        """How many cases the template can make before one comes twice."""
        names = {name.lower() for name in _SLOT.findall(template)}
        return max((self._sizes["group" if name in _GROUP_SLOTS else name] for name in names), default=1)

    def fill(self, template: str) -> tuple[str, str]:
        names = {name.lower() for name in _SLOT.findall(template)}
        group = next(self._groups) if names & set(_GROUP_SLOTS) else {}
        values = {name: group[name] if name in _GROUP_SLOTS else next(self._slots[name]) for name in sorted(names)}
        return _filled(template, values), group.get("id", "")


def _filled(template: str, values: Mapping[str, str]) -> str:
    """A slot with a capital (`{Group}`) gets its value with a capital."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        text = values[name.lower()]
        return text[0].upper() + text[1:] if name[0].isupper() else text

    return _SLOT.sub(value, template)


def training_rows(seed: int, n: int, language: str = "en") -> list[TrainingRow]:
    """Up to `n` different texts, half to be flagged and half clear, drawn evenly over functions.

    They come from the suite's open templates and from the training templates, with slot values that are partly
    others than the suite's. No held-out template and no text of a held-out case is among them. Fewer than `n` come
    back only if the templates can't make that many.
    """
    draw = random.Random(seed)  # noqa: S311 - a reproducible sample, not a secret
    pools = _training_pools(language)
    values = _training_values(language)
    taken = {case.text for case in cases(language) if case.held_out}
    sides = [[pool for pool in pools if bool(pool["labels"]) is flag] for flag in (True, False)]
    rows: list[TrainingRow] = []
    for _ in range(50 * n):
        if len(rows) == n:
            break
        row = _draw_row(draw, draw.choice(sides[len(rows) % 2]), values)
        if row.text not in taken:
            taken.add(row.text)
            rows.append(row)
    return rows


@cache
def _training_pools(language: str) -> list[dict[str, Any]]:
    """One pool of templates for each function: the suite's open ones (but the left-out) and the training ones."""
    pools = {
        function["id"]: {**function, "templates": list(function["open"])}
        for function in _templates(language)["functions"]
    }
    training = _training_templates(language)
    for pool in pools.values():
        pool["templates"] = [t for t in pool["templates"] if t not in training["left_out"]]
    for extra in training["functions"]:
        pool = pools.setdefault(extra["id"], {**extra, "templates": []})
        pool["templates"] += extra["templates"]
    return list(pools.values())


@cache
def _training_values(language: str) -> dict[str, list[Any]]:
    suite, training = _templates(language), _training_templates(language)
    values: dict[str, list[Any]] = {"groups": suite["groups"] + training["groups"]}
    for name, extra in training["slots"].items():
        values[name] = suite["slots"].get(name, []) + extra
    return values


def _draw_row(draw: random.Random, pool: dict[str, Any], values: dict[str, list[Any]]) -> TrainingRow:
    template = draw.choice(pool["templates"])
    group = draw.choice(values["groups"])
    names = sorted({name.lower() for name in _SLOT.findall(template)})
    chosen = {name: group[name] if name in _GROUP_SLOTS else draw.choice(values[name]) for name in names}
    known = {label: int(label in pool["labels"]) for label in LABELS if label not in pool["unknown"]}
    named = group["id"] if set(names) & set(_GROUP_SLOTS) else ""
    return TrainingRow(_filled(template, chosen), pool["id"], named, known)
