"""Conditions of the catalogue as pages name and find them."""

from collections.abc import Iterable
from functools import cache

from django.utils.translation import get_language

from triage.knowledge.load import Condition, load_catalogue


def name_of(condition: str) -> str:
    """The condition's name in the reader's language; an id that the catalogue no longer knows stays readable."""
    known = load_catalogue().conditions.get(condition)
    if known is None:
        return condition.replace("_", " ").capitalize()
    return known.name_zh if (get_language() or "").startswith("zh") and known.name_zh else known.name


def icd10_of(condition: str) -> str:
    known = load_catalogue().conditions.get(condition)
    return known.icd10 if known else ""


def label_of(condition: str) -> str:
    """What the list of conditions offers: name and code."""
    return f"{name_of(condition)} ({icd10_of(condition)})"


def all_labels() -> list[str]:
    return sorted(label_of(condition) for condition in load_catalogue().conditions)


def find_condition(written: str) -> Condition | None:
    """The condition that a person wrote: by offered label, name in either language, synonym, code or id."""
    return load_catalogue().conditions.get(_by_words().get(_plain(written), ""))


def _plain(words: str) -> str:
    return " ".join(words.split()).casefold()


@cache
def _by_words() -> dict[str, str]:
    """Every way to write a condition -> its id. Names go before synonyms; what two conditions share finds neither."""
    known = load_catalogue().conditions.values()
    names = [(name, each) for each in known for name in (each.name, each.name_zh) if name]
    tiers = [
        [(f"{name} ({each.icd10})", each) for name, each in names],
        [*names, *((each.id, each) for each in known)],
        [(each.icd10, each) for each in known],
        [(synonym, each) for each in known for synonym in each.synonyms],
    ]
    found: dict[str, str] = {}
    for tier in tiers:
        found = _unambiguous(tier) | found
    return found


def _unambiguous(ways: Iterable[tuple[str, Condition]]) -> dict[str, str]:
    by_words: dict[str, set[str]] = {}
    for words, condition in ways:
        by_words.setdefault(_plain(words), set()).add(condition.id)
    return {words: ids.pop() for words, ids in by_words.items() if len(ids) == 1}
