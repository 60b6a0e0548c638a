"""Files that people or other programs wrote, read into plain frozen dataclasses or not at all.

Pydantic checks them by the annotations of the dataclass: no unknown key, no value of another type, every bound kept.
It is imported with the first file: the web process starts without it.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

from annotated_types import Ge, Gt, Interval, Len, Predicate

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")

LARGEST = 16 * 2**20  # bytes
DEEPEST = 40  # tables within tables
_QUOTED = re.compile(r"'(\w+)'")
_UNKNOWN = "unexpected_keyword_argument"
MOST_TOLD = 5  # faults of one file


# A predicate is named as its message says: "must say something".
def say_something(text: str) -> bool:
    return bool(text.strip())


Share = Annotated[float, Interval(ge=0, le=1)]
Positive = Annotated[float, Gt(0)]
AtLeastZero = Annotated[float, Ge(0)]
Count = Annotated[int, Ge(0)]
AtLeastOne = Annotated[int, Ge(1)]
Text = Annotated[str, Predicate(say_something)]
Name = Annotated[str, Len(1, 80), Predicate(say_something)]


class BadFile(ValueError):
    """What a file says can't be used; `file` and `place` (`source[2].rows`) say where its first fault stands."""

    def __init__(self, what: str, file: Path | None = None, place: str = "") -> None:
        super().__init__(": ".join(str(each) for each in (file, place, what) if each))
        self.what, self.file, self.place = what, file, place


def read_toml(path: Path, shape: type[T], error: type[BadFile] = BadFile) -> T:
    """A TOML file as `shape`. Raises `error`."""
    return _read(path, shape, error, "TOML", tomllib.loads)


def read_json(path: Path, shape: type[T], error: type[BadFile] = BadFile) -> T:
    """A JSON file as `shape`. Raises `error`."""
    return _read(path, shape, error, "JSON", _from_json)


def checked(
    raw: object, shape: type[T], error: type[BadFile] = BadFile, file: Path | None = None, under: str = ""
) -> T:
    """Plain data, which stand at the place `under` of a file, as `shape`. Raises `error`."""
    start = (under,) if under else ()
    for place, what in _not_plain(raw, start):
        raise error(what, file, _written(place))
    from pydantic import ValidationError

    try:
        # As JSON, since only there a list may become a tuple and a table a dataclass without laxness in anything else.
        found = _adapter(shape).validate_json(json.dumps(raw), strict=True, extra="forbid")
        return cast("T", found)
    except ValidationError as faults:
        raise _told(faults, file, error, start) from None


def _read(path: Path, shape: type[T], error: type[BadFile], kind: str, parse: Callable[[str], object]) -> T:
    text = _text(path, error)
    try:
        raw = parse(text)
    except RecursionError:
        raise error("is nested too deeply", path) from None
    except ValueError as found:
        raise error(f"is not {kind} ({found})", path) from None
    return checked(raw, shape, error, path)


def _text(path: Path, error: type[BadFile]) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise error(f"is larger than {LARGEST // 2**20} MiB", path)
        return path.read_text(encoding="utf-8-sig")
    except OSError as found:
        raise error(f"can't be read ({found.strerror})", path) from found
    except UnicodeDecodeError as found:
        raise error(f"is not UTF-8 (byte {found.start})", path) from None


def _from_json(text: str) -> object:
    return json.loads(text, object_pairs_hook=_each_once)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The last of two equal keys would win in silence."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} stands twice in one object")
    return found


def _not_plain(raw: object, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where what JSON has no word for stands (infinity, no number, TOML's dates), or what is nested beyond any use."""
    if len(place) > DEEPEST:
        yield place[:1], "is nested too deeply"
    elif isinstance(raw, Mapping):
        for name, each in raw.items():
            yield from _not_plain(each, (*place, str(name)))
    elif isinstance(raw, list | tuple):
        for number, each in enumerate(raw):
            yield from _not_plain(each, (*place, number))
    elif isinstance(raw, float) and not math.isfinite(raw):
        yield place, "must be a finite number"
    elif not isinstance(raw, str | int | float | None):
        yield place, f"is a {type(raw).__name__}: write it as text"


_adapters: dict[Any, TypeAdapter[Any]] = {}


def _adapter(shape: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    if shape not in _adapters:
        _adapters[shape] = TypeAdapter(shape)
    return _adapters[shape]


def _told(found: ValidationError, file: Path | None, error: type[BadFile], start: tuple[str, ...]) -> BadFile:
    """One error for a file, with the first few of its faults; none shows what stood there."""
    # Unknown keys first: a mistyped one is the reason why another is missing.
    listed = sorted(found.errors(include_url=False, include_input=False), key=lambda each: each["type"] != _UNKNOWN)
    faults = [(_written((*start, *each["loc"])), _plain(each)) for each in listed]
    (place, what), *further = faults[:MOST_TOLD]
    more = [": ".join(filter(None, each)) for each in further]
    more += [f"and {len(faults) - MOST_TOLD} more"] if len(faults) > MOST_TOLD else []
    return error("; ".join([what, *more]), file, place)


def _plain(fault: Mapping[str, Any]) -> str:
    match fault["type"]:
        case "unexpected_keyword_argument":
            return "is not known here"
        case "missing" | "missing_argument":
            return "is missing"
        case "dataclass_type":
            return "must be a table of names and values"
        case "predicate_failed":
            return f"must {_QUOTED.findall(fault['msg'])[0].replace('_', ' ')}"
        case "value_error":
            return str(fault["ctx"]["error"])
        case _:
            return str(fault["msg"]).replace("Input should be", "must be").replace("should", "must")


def _written(place: Sequence[str | int]) -> str:
    """`source[2].rows`; pydantic's mark that a key is meant is left out."""
    written = ""
    for each in place:
        if isinstance(each, int):
            written += f"[{each}]"
        elif each != "[key]":
            written += f".{each}" if written else each
    return written
