"""What recipes and tasks may call, by names that the desks register: no file can have another module imported."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final, Literal, get_args

# The key of a recipe or task under which a name may stand.
Sort = Literal["desk", "generator", "labels_from", "never", "groups", "out_of_scope_texts", "test", "reader", "base"]
Names = Mapping[Sort, Mapping[str, str]]
"""By sort and name the dotted path of a function, of a package for `base` or `desk`; imported when first asked for."""

_known: Final[dict[Sort, dict[str, str]]] = {sort: {} for sort in get_args(Sort)}


class NotRegistered(ValueError):
    """No desk has registered this name; the message lists those that there are."""


def register(names: Names) -> None:
    for sort, paths in names.items():
        _known[sort].update(paths)


def refuse_unknown(sort: Sort, name: str) -> None:
    """Raises `NotRegistered`."""
    if name not in _known[sort]:
        there = ", ".join(sorted(_known[sort])) or "none"
        raise NotRegistered(f"{name!r} is no registered {sort} ({there})")


def named(sort: Sort, name: str) -> Any:
    """The function of this name. Raises `NotRegistered`."""
    refuse_unknown(sort, name)
    module, _, function = _known[sort][name].rpartition(".")
    return getattr(import_module(module), function)
