"""The kinds of models: each is named once, by whoever owns it, and everything else derives from that.

Plain Python without Django. Paths are dotted, so that a web process knows a kind without loading its libraries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import ModuleType
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of model. `key` is what rows, manifests and recipes say; `title` may be a lazy translation.

    `predictor` is the class that opens an artefact folder (`inference.predictor.PredictorClass`). A recipe of a kind
    that is trained says under `[settings]` what the dataclass `settings` allows. It is trained by `fitter`
    (`ml.fit.artefacts.Fitter`: what it learned is then calibrated and sealed) or by `trainer`, which makes the whole
    artefact itself. One that `combines` what others answered
    reads no text (`inference.combining`). A `remote` one answers from
    elsewhere in its own time. One that `learns` can be trained on reviews alone; one that `continues` then goes on
    from the live version. One that `keeps_terms` stores words of its rows.
    """

    key: str
    title: object
    predictor: str
    settings: str = ""
    fitter: str = ""
    trainer: str = ""
    combines: bool = False
    remote: bool = False
    learns: bool = False
    continues: bool = False
    keeps_terms: bool = False


class UnknownKind(ValueError):
    """A version or recipe names a kind of model that this installation does not have."""


_kinds: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Called by the `AppConfig.ready()` of the app that owns them."""
    _kinds.update({kind.key: kind for kind in kinds})


def register_below(package: ModuleType) -> None:
    """Register the `KIND` of each subfolder that says in its kind.py what it is: a new one needs no entry."""
    for each in iter_modules(package.__path__, f"{package.__name__}."):
        if each.ispkg and find_spec(f"{each.name}.kind"):
            register(import_module(f"{each.name}.kind").KIND)


def all_kinds() -> list[Kind]:
    """Every registered kind."""
    return list(_kinds.values())


def kind_of(key: str) -> Kind:
    """Raises `UnknownKind`."""
    try:
        return _kinds[key]
    except KeyError:
        raise UnknownKind(f"{key!r} is not one of {', '.join(sorted(_kinds))}") from None


def keys_where(holds: Callable[[Kind], bool]) -> list[str]:
    """The keys of the kinds for which `holds`, for queries."""
    return [kind.key for kind in _kinds.values() if holds(kind)]


def load(path: str) -> Any:
    """The object at a dotted path that a kind names."""
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)
