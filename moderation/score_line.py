"""The moderation desk's part of scoring a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aimass_apps.inference.predictor import Item
from aimass_apps.inference.scoring import Scored
from aimass_apps.inference.text.language import find_languages
from moderation.decide import KEYWORDS, VersionAnswer, decide
from moderation.policy import Policy

NEVER_DRAWN = 1.0  # a file is not sampled for audit


class PostScorer:
    """Reads {"id", "text"} and answers scores, whether a person should look, and why."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def read(self, raw: Mapping[str, Any]) -> Item:
        return Item(raw["text"])

    def judge(self, item: Item, scored: Sequence[Scored]) -> dict[str, Any]:
        outcome = decide([_answer(each) for each in scored], self.policy, NEVER_DRAWN, find_languages(item.text))
        return {
            "scores": self._scores(scored),
            "flagged": outcome.flagged,
            "reasons": [reason.as_dict() for reason in outcome.reasons],
        }

    def _scores(self, scored: Sequence[Scored]) -> dict[str, float]:
        """For each label the deciding model's probability; the keyword list's for labels that no model knows."""
        merged: dict[str, float] = {}
        ranked = sorted(scored, key=lambda each: self._rank(each.version.manifest.kind))
        languages: dict[str, set[str]] = {}
        for each in ranked:
            if each.answer is None:
                continue
            for label, score in each.answer.scores.items():
                held = languages.setdefault(label, set())
                if each.version.manifest.kind == KEYWORDS and held:
                    continue
                # The first model of each language counts; of several languages the higher score.
                if each.version.manifest.language not in held:
                    merged[label] = max(merged.get(label, 0.0), round(score, 5))
                held.add(each.version.manifest.language)
        return merged

    def _rank(self, kind: str) -> int:
        kinds = self.policy.deciding_kinds
        return kinds.index(kind) if kind in kinds else len(kinds)


def _answer(each: Scored) -> VersionAnswer:
    manifest, answer = each.version.manifest, each.answer
    return VersionAnswer(
        version=each.version.name,
        kind=manifest.kind,
        scores=answer.scores if answer else {},
        thresholds=manifest.thresholds,
        spans=answer.spans if answer else (),
        failed=answer is None,
        language=manifest.language,
    )
