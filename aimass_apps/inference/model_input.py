"""What a model reads of an item: its text, changed by the steps that the version's head names.

A desk registers its steps when its app loads, such as putting what a form asked in front of the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aimass_apps.inference.predictor import Item

Step = Callable[[str, Mapping[str, object]], str]  # (text, facts) -> text


class UnknownStep(ValueError):
    """A head names a step that no desk has registered."""


_steps: dict[str, Step] = {}


def register(name: str, step: Step) -> None:
    """Add a step. Of several that a head names, those registered earlier come first."""
    _steps[name] = step


def chosen_steps(names: Iterable[str]) -> tuple[str, ...]:
    """The named steps in the order in which they are taken. Raises `UnknownStep`."""
    wanted = set(names)
    if unknown := sorted(wanted - _steps.keys()):
        raise UnknownStep(f"no desk prepares a text by {unknown[0]!r} (there is {', '.join(_steps) or 'nothing'})")
    return tuple(name for name in _steps if name in wanted)


def switched_on(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The steps of heads written before they were a list: a switch for each, by its name."""
    return tuple(name for name in _steps if settings.get(name) is True)


def read_item(item: Item, steps: Iterable[str]) -> str:
    """The item's text after the steps."""
    text = item.text
    for name in steps:
        text = _steps[name](text, item.facts)
    return text
