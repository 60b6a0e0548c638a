"""The urgency cases are frozen evidence: the file must be the one that was hashed before the rules were written."""

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "triage" / "evaluation"
LEVELS = {"immediate", "very_urgent", "urgent", "soon", "self_care"}


@pytest.mark.parametrize("name", ["urgency_cases", "urgency_cases_second", "vignettes"])
def test_the_case_file_is_the_one_that_was_hashed(name: str) -> None:
    written = (FOLDER / f"{name}.sha256").read_text().split()[0]
    assert hashlib.sha256((FOLDER / f"{name}.json").read_bytes()).hexdigest() == written


def test_every_level_has_enough_cases_and_a_sealed_third() -> None:
    cases = json.loads((FOLDER / "urgency_cases.json").read_text())
    by_level = Counter(case["level"] for case in cases)
    sealed = Counter(case["level"] for case in cases if case["sealed"])
    assert set(by_level) == LEVELS
    assert len(cases) >= 120
    assert len({case["id"] for case in cases}) == len({case["text"] for case in cases}) == len(cases)
    for level, count in by_level.items():
        assert count >= 24
        assert sealed[level] == count // 3


def test_the_second_set_is_even_and_about_half_sealed_by_its_ids() -> None:
    cases = json.loads((FOLDER / "urgency_cases_second.json").read_text())
    assert Counter(case["level"] for case in cases) == dict.fromkeys(LEVELS, 36)
    assert len({case["id"] for case in cases}) == len({case["text"] for case in cases}) == len(cases)
    assert 70 <= sum(case["sealed"] for case in cases) <= 110
    for case in cases:
        assert case["sealed"] == (hashlib.sha256(case["id"].encode()).digest()[-1] % 2 == 0)


def test_the_vignettes_have_a_truth_on_three_levels() -> None:
    vignettes = json.loads((FOLDER / "vignettes.json").read_text())
    assert Counter(each["three"] for each in vignettes) == {"emergency": 20, "non_emergency": 20, "self_care": 20}


def test_no_text_is_in_two_sets() -> None:
    names = ("urgency_cases", "urgency_cases_second", "vignettes")
    texts = [case["text"] for name in names for case in json.loads((FOLDER / f"{name}.json").read_text())]
    assert len(set(texts)) == len(texts)
