"""Conditions of the catalogue as pages name and find them."""

from functools import cache

from django.utils.translation import get_language

from triage.catalogue.load import Condition, load_catalogue


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
    """Every way to write a condition -> its id. What two conditions share finds neither."""
    ways: dict[str, set[str]] = {}
    for condition in load_catalogue().conditions.values():
        names = {condition.id, condition.name, condition.name_zh, condition.icd10, *condition.synonyms}
        names |= {f"{name} ({condition.icd10})" for name in (condition.name, condition.name_zh)}
        for name in names - {""}:
            ways.setdefault(_plain(name), set()).add(condition.id)
    return {name: found.pop() for name, found in ways.items() if len(found) == 1}
