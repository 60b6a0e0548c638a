"""The triage desk's part of scoring a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from aimass_apps.inference.kinds.ensemble.predictor import Ensemble
from aimass_apps.inference.predictor import Item
from aimass_apps.inference.scoring import BadLine, Scored, Version
from triage.decide import Candidate, Policy, Source, decide
from triage.knowledge.floor import Facts, safety_floor
from triage.knowledge.load import load_catalogue, usual_urgencies
from triage.knowledge.rule_matching import Sex
from triage.urgency.predictor import UrgencyLayer
from triage.vitals import Vitals, VitalsError

OLDEST = 130.0
_SEXES = {"f": "female", "m": "male", "woman": "female", "man": "male"}


class VisitScorer:
    """Reads {"id", "text", "age", "sex", "vitals", "pregnant", "after_birth"}, all but the first two optional.

    Age in years; `after_birth`: within six weeks after it.
    `ensemble` combines what the models say; without one each counts the same. `layer` is the learned urgency.
    """

    def __init__(self, policy: Policy, ensemble: Ensemble | None = None, layer: UrgencyLayer | None = None) -> None:
        self.policy, self.ensemble, self.layer = policy, ensemble, layer

    def read(self, raw: Mapping[str, Any]) -> Item:
        vitals = raw.get("vitals") or {}
        if not isinstance(vitals, Mapping):
            raise BadLine("vitals: an object is needed")
        try:
            checked = Vitals.from_mapping(vitals)
        except VitalsError as error:
            raise BadLine(f"vitals: {error}") from error
        facts = {
            "age_years": _age(raw.get("age")),
            "sex": _sex(raw.get("sex")),
            "pregnant": _flag(raw, "pregnant"),
            "after_birth": bool(_flag(raw, "after_birth")),
        }
        signs = {name: getattr(checked, name) for name in Vitals.__dataclass_fields__}
        return Item(raw["text"], {**facts, "vitals": signs})

    def judge(self, item: Item, scored: Sequence[Scored]) -> dict[str, Any]:
        facts: Any = dict(item.facts)
        floor = safety_floor(item.text, Facts(**{**facts, "vitals": Vitals(**facts["vitals"])}))
        answers = {_source(each.version): each.answer.scores if each.answer else None for each in scored}
        made = decide(answers, floor, self.policy, usual_urgencies(), self.ensemble, self.layer)
        return {
            "urgency": made.urgency,
            "differential": _ranked(made.differential),
            "likely": list(made.combined.likely) if made.combined and made.combined.likely else None,
            "red_flags": [{"rule": flag.rule, "level": flag.level, "name": flag.name} for flag in made.red_flags],
            "by_model": {version: _ranked(ranked) for version, ranked in made.by_model.items()},
            "outside_known": made.outside_known,
            "reasons": [
                {"code": reason.code, "level": reason.level, "detail": reason.detail} for reason in made.reasons
            ],
        }


def _source(version: Version) -> Source:
    return Source(version.name, version.manifest.kind, version.manifest.language)


def _ranked(candidates: Iterable[Candidate]) -> list[dict[str, Any]]:
    known = load_catalogue().conditions
    return [
        {
            "condition": known[each.condition].name if each.condition in known else each.condition,
            "id": each.condition,
            "icd10": known[each.condition].icd10 if each.condition in known else "",
            "probability": round(each.probability, 5),
        }
        for each in candidates
    ]


def _age(value: object) -> float | None:
    if value is None or value == "":
        return None
    try:
        age = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else -1.0
    except ValueError:
        age = -1.0
    if not 0 <= age <= OLDEST:
        raise BadLine(f"age: years from 0 to {OLDEST:g} are needed")
    return age


def _sex(value: object) -> Sex | None:
    if value is None or value == "":
        return None
    found = str(value).strip().lower()
    found = _SEXES.get(found, found)
    for known in get_args(Sex):
        if found == known:
            return known  # type: ignore[no-any-return]  # get_args loses the literal's type
    raise BadLine("sex: female, male or other is needed")


def _flag(raw: Mapping[str, Any], name: str) -> bool | None:
    value = raw.get(name)
    if value is not None and not isinstance(value, bool):
        raise BadLine(f"{name}: true or false is needed")
    return value
