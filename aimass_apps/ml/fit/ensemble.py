"""Fits an ensemble on cases that none of its members was trained on: powers, prediction sets, the bound of the known.

The rows are cut in two: powers on the first half, limits on the second (split conformal prediction, Vovk et al. 2005);
coverage and novelty are then measured on rows that neither half holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from aimass_apps.inference.kinds.ensemble.predictor import LEAST, Ensemble, Rule, entropy
from aimass_apps.inference.predictor import Item, Predictor
from aimass_apps.ml.recipe.settings import Wanted

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
CHUNK = 256
FEWEST = 200  # cases; a limit for 90 % rests on the worst tenth of them


class TooFewCases(ValueError):
    """Not enough cases to fit or to refit an ensemble; the message says how many there are."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the members said: log-probabilities by kind, each of shape (cases, labels), and each truth's place."""

    logs: Mapping[str, Floats]
    truth: Places
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.truth)

    def rows(self, chosen: Any) -> Answered:
        """Some of the cases."""
        return Answered({kind: logs[chosen] for kind, logs in self.logs.items()}, self.truth[chosen], self.labels)


def ask_members(
    members: Mapping[str, Predictor], items: Sequence[Item], truth: Sequence[str], labels: Sequence[str]
) -> Answered:
    """Every member's answer to every case. Raises `KeyError` for a truth that is no label."""
    place = {label: number for number, label in enumerate(labels)}
    logs = {kind: np.log(np.maximum(_scores(model, items, labels), LEAST)) for kind, model in members.items()}
    return Answered(logs, np.array([place[each] for each in truth], np.int64), tuple(labels))


def _scores(model: Predictor, items: Sequence[Item], labels: Sequence[str]) -> Floats:
    rows = [
        [answer.scores.get(label, 0.0) for label in labels]
        for start in range(0, len(items), CHUNK)
        for answer in model.predict(items[start : start + CHUNK])
    ]
    return np.array(rows, np.float64).reshape(len(items), len(labels))


def fit_rules(answered: Answered, wanted: Wanted) -> list[Rule]:
    """A rule for each group of members that may have answered. Raises `TooFewCases`."""
    if len(answered) < FEWEST:
        raise TooFewCases(f"{len(answered)} cases: an ensemble needs {FEWEST}")
    kinds = sorted(answered.logs)
    groups = [group for size in range(1, len(kinds) + 1) for group in combinations(kinds, size)]
    return [fit_rule(answered, group, wanted) for group in groups]


def fit_rule(answered: Answered, kinds: Sequence[str], wanted: Wanted) -> Rule:
    """The rule for the members `kinds`: powers on the first half of the cases, limits on the second."""
    half = len(answered) // 2
    first, second = answered.rows(slice(0, half)), answered.rows(slice(half, None))
    powers = fit_powers([first.logs[kind] for kind in kinds], first.truth, wanted.evenness)
    by_kind = {kind: round(float(power), 4) for kind, power in zip(kinds, powers, strict=True)}
    return with_limits(Rule(by_kind, 1.0, wanted.rank_cost, wanted.free_ranks, 0.0), second, wanted)


def with_limits(rule: Rule, answered: Answered, wanted: Wanted) -> Rule:
    """The rule with limits taken anew from `answered`, its powers as they are. Raises `TooFewCases`.

    From confirmed visits this refits an ensemble to where it works.
    """
    if len(answered) < FEWEST // 2:
        raise TooFewCases(f"{len(answered)} cases: a limit needs {FEWEST // 2}")
    pooled = pool(rule, answered)
    limit = conformal_limit(truth_scores(pooled, answered.truth, rule), wanted.coverage)
    known_to = float(np.quantile(spread(pooled), 1 - wanted.false_alarms))
    return Rule(rule.powers, limit, rule.rank_cost, rule.free_ranks, known_to)


def fit_powers(logs: Sequence[Floats], truth: Places, evenness: float) -> Floats:
    """Powers, none negative, that minimise the log loss of the pooled answer; drawn to each other by `evenness`."""

    def loss(powers: Floats) -> tuple[float, Floats]:
        mixed = np.tensordot(powers, stacked, axes=1)
        mixed -= mixed.max(axis=1, keepdims=True)
        shares = np.exp(mixed)
        shares /= shares.sum(axis=1, keepdims=True)
        rows = np.arange(len(truth))
        spread = powers - powers.mean()
        value = -np.log(np.maximum(shares[rows, truth], 1e-12)).mean() + evenness * float(spread @ spread)
        expected = np.einsum("rl,krl->kr", shares, stacked)
        slope = (expected - stacked[:, rows, truth]).mean(axis=1) + 2 * evenness * spread
        return float(value), slope

    stacked = np.stack(logs)
    start = np.full(len(logs), 1.0 / len(logs))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0.0, 5.0)] * len(logs))
    return np.asarray(found.x, np.float64)


def pool(rule: Rule, answered: Answered) -> Floats:
    """The pooled probabilities of `rule.pool` for many cases at once, shape (cases, labels)."""
    mixed = np.sum([power * answered.logs[kind] for kind, power in rule.powers.items()], axis=0)
    mixed -= mixed.max(axis=1, keepdims=True)
    shares = np.exp(mixed)
    pooled: Floats = shares / shares.sum(axis=1, keepdims=True)
    return pooled


def truth_scores(pooled: Floats, truth: Places, rule: Rule) -> Floats:
    """Each case's nonconformity score: the one of `rule.set_scores` at its truth."""
    own = pooled[np.arange(len(truth)), truth][:, None]
    above = pooled > own
    mass = np.where(above, pooled, 0.0).sum(axis=1)
    places = above.sum(axis=1) + 1
    scores: Floats = mass + rule.rank_cost * np.maximum(0, places - rule.free_ranks)
    return scores


def conformal_limit(scores: Floats, coverage: float) -> float:
    """The score that holds `coverage` of further cases like these: the ceil((n + 1) coverage)-th smallest."""
    place = ceil((len(scores) + 1) * coverage)
    return float(np.sort(scores)[place - 1]) if place <= len(scores) else float("inf")


def set_metrics(ensemble: Ensemble, answered: Answered, groups: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Coverage and size of the sets of all members together, over all cases and by each value of each grouping."""
    rule = ensemble.rules[ensemble.members]
    pooled = pool(rule, answered)
    sizes = set_sizes(pooled, rule)
    places = (pooled > pooled[np.arange(len(answered)), answered.truth][:, None]).sum(axis=1)
    held = places < sizes
    found: dict[str, Any] = {"all": _metrics(held, sizes)}
    for name, values in groups.items():
        column = np.array(values)
        found[name] = {each: _metrics(held[column == each], sizes[column == each]) for each in sorted(set(values))}
    return found


def sets_on(ensemble: Ensemble, scores: Sequence[Mapping[str, float]], truth: Sequence[str]) -> dict[str, float | int]:
    """How the sets and the bound of the known do on cases measured for their ranking; `scores` are the ensemble's.

    A truth that the ensemble does not know counts as not covered, and should be called unknown.
    """
    rule = ensemble.rules[ensemble.members]
    ranked = [dict(sorted(each.items(), key=lambda item: -item[1])) for each in scores]
    sets = [rule.likely(each) for each in ranked]
    unknown = np.array([entropy(each.values()) > rule.known_to for each in scores])
    named = np.array([each in ensemble.labels for each in truth])
    held = np.array([each in names for each, names in zip(truth, sets, strict=True)])
    sizes = np.array([len(names) for names in sets])
    found: dict[str, float | int] = {
        "set coverage": round(float(held.mean()), 4),
        "set coverage of known conditions": round(float(held[named].mean()), 4) if named.any() else 0.0,
        "set size, mean": round(float(sizes.mean()), 2),
        "set size, median": float(np.median(sizes)),
        "called unknown": round(float(unknown.mean()), 4),
    }
    if not named.all():
        found["unknown conditions called so"] = round(float(unknown[~named].mean()), 4)
    return found


def set_sizes(pooled: Floats, rule: Rule) -> Places:
    """How many labels each case's set holds."""
    ordered = -np.sort(-pooled, axis=1)
    cost = rule.rank_cost * np.maximum(0, np.arange(1, pooled.shape[1] + 1) - rule.free_ranks)
    likelier = np.cumsum(ordered, axis=1) - ordered
    sizes: Places = (likelier + cost <= rule.set_limit).sum(axis=1)
    return sizes


def _metrics(held: Any, sizes: Places) -> dict[str, float]:
    return {
        "cases": len(sizes),
        "coverage": round(float(held.mean()), 4),
        "mean size": round(float(sizes.mean()), 2),
        "median size": round(float(np.median(sizes)), 1),
    }


def spread(pooled: Floats) -> Floats:
    """The entropy of each case's pooled probabilities, in nats."""
    found: Floats = -(pooled * np.log(np.maximum(pooled, 1e-300))).sum(axis=1)
    return found


def share_unknown(rule: Rule, pooled: Floats) -> float:
    """The share of cases that count as unknown."""
    return round(float((spread(pooled) > rule.known_to).mean()), 4)


def pool_without_truth(rule: Rule, answered: Answered) -> Floats:
    """The pooled probabilities where each case's own condition is no label: as if the catalogue lacked it."""
    cut = {kind: logs.copy() for kind, logs in answered.logs.items()}
    for logs in cut.values():
        logs[np.arange(len(answered)), answered.truth] = -np.inf
        logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
    floored = {kind: np.maximum(logs, np.log(LEAST)) for kind, logs in cut.items()}
    return pool(rule, Answered(floored, answered.truth, answered.labels))


def pool_of(rule: Rule, members: Mapping[str, Predictor], texts: Iterable[str], labels: Sequence[str]) -> Floats:
    """The pooled probabilities of texts without a truth."""
    items = [Item(text) for text in texts]
    return pool(rule, ask_members(members, items, [labels[0]] * len(items), labels))
