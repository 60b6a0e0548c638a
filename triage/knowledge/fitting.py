"""Which conditions can be this person's at all, by the catalogue's ranges of age and its sexes."""

from dataclasses import replace
from typing import Final

from aimass_apps.inference.kinds.ensemble.predictor import Combined
from triage.knowledge.load import load_catalogue

# Years by which a range may be missed: a first birthday, and the old who are older than most.
_YOUNGER, _OLDER = 0.5, 2.0
_MOST: Final = 0.5  # of an answer that may be impossible before the text counts as not known


def can_have(condition: str, age_years: float | None, sex: str | None) -> bool:
    """False where age or sex rule the condition out; True for one that the catalogue does not know."""
    known = load_catalogue().conditions.get(condition)
    if known is None:
        return True
    low, high = known.age_range
    if age_years is not None and not low - _YOUNGER <= age_years <= high + _OLDER:
        return False
    shares = {"female": known.female, "male": known.male}
    return shares.get(sex or "", 1.0) > 0


def fitting(combined: Combined | None, age_years: float | None, sex: str | None) -> Combined | None:
    """The answer without conditions that this person can't have; where most of it was such, the text is not known."""
    if combined is None:
        return None
    scores = {each: share for each, share in combined.scores.items() if can_have(each, age_years, sex)}
    whole, left = sum(combined.scores.values()), sum(scores.values())
    if len(scores) == len(combined.scores) or not left:
        return combined
    return replace(
        combined,
        scores={each: share * whole / left for each, share in scores.items()},
        likely=None if combined.likely is None else tuple(each for each in combined.likely if each in scores),
        known=combined.known and whole - left <= _MOST * whole,
    )
