"""A triage policy: how answers of models are combined and what each uncertainty costs. A versioned JSON file."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from triage.knowledge.scales import LEVELS, Level

DEFAULT: Final = Path(__file__).parent / "policies" / "default-4.json"


class UnusablePolicy(ValueError):
    """The policy file is missing, unreadable or says something impossible; the message names the place."""


@dataclass(frozen=True, slots=True)
class Policy:
    """`expected` names the kinds whose absence is reported; one without a weight says nothing about the urgency.

    `learned_share` is the weight of urgencies that a model learned, against those of the conditions it names;
    `fitted_share` that of the layer fitted over both (`triage.urgency`), against their mean.
    `at_least` gives, for each level but the last, the probability of that level or a worse one from which it is taken.
    Where the ensemble says that a text is outside what the models know, or no ensemble can say, the urgency is at
    least `outside_known`; without any usable model at least `without_models`. `shown` conditions are listed.
    """

    version: str
    at_least: Mapping[Level, float]
    weights: Mapping[str, float]
    note: str = ""
    expected: tuple[str, ...] = ("svm", "bert")
    learned_share: float = 0.5
    fitted_share: float = 0.6
    shown: int = 10
    without_models: Level = "soon"
    outside_known: Level = "soon"


def load_policy(path: Path = DEFAULT) -> Policy:
    """Read and check a policy file. Raises `UnusablePolicy`."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnusablePolicy(f"{path}: can't be read ({error.strerror})") from error
    except ValueError as error:
        raise UnusablePolicy(f"{path}: is not JSON ({error})") from error
    try:
        return read_policy(raw)
    except UnusablePolicy as error:
        raise UnusablePolicy(f"{path}: {error}") from error


def read_policy(raw: object) -> Policy:
    """Check a policy given as data. Raises `UnusablePolicy`."""
    if not isinstance(raw, dict):
        raise UnusablePolicy("must be an object")
    known = {item.name for item in fields(Policy)}
    if unknown := sorted(set(raw) - known):
        raise UnusablePolicy(f"unknown keys: {', '.join(unknown)}")
    if missing := sorted({"version", "at_least", "weights"} - set(raw)):
        raise UnusablePolicy(f"missing keys: {', '.join(missing)}")
    policy = Policy(**raw | {"expected": tuple(raw.get("expected", ("svm", "bert")))})
    _check(policy)
    return policy


def _check(policy: Policy) -> None:
    if not isinstance(policy.version, str) or not policy.version:
        raise UnusablePolicy("version must be a name")
    if set(_mapping("at_least", policy.at_least)) != set(LEVELS[:-1]):
        raise UnusablePolicy(f"at_least needs exactly {', '.join(LEVELS[:-1])}")
    for level, share in policy.at_least.items():
        _between(f"at_least.{level}", share, 0, 1)
    for kind, weight in _mapping("weights", policy.weights).items():
        _between(f"weights.{kind}", weight, 0, math.inf)
    _between("learned_share", policy.learned_share, 0, 1)
    _between("fitted_share", policy.fitted_share, 0, 1)
    _between("shown", policy.shown, 1, 1000)
    for name in ("without_models", "outside_known"):
        # Self-care without a model's word would be reassurance by accident.
        if getattr(policy, name) not in LEVELS[:-1]:
            raise UnusablePolicy(f"{name} must be one of {', '.join(LEVELS[:-1])}")


def _mapping(name: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise UnusablePolicy(f"{name} must be an object")
    return value


def _between(name: str, value: object, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise UnusablePolicy(f"{name} must be a number from {low:g} to {high:g}")
