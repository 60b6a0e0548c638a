"""The urgency cases are frozen evidence: the file must be the one that was hashed before the rules were written."""

import hashlib
import json
from collections import Counter
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "triage" / "evaluation"
LEVELS = {"immediate", "very_urgent", "urgent", "soon", "self_care"}


def test_the_case_file_is_the_one_that_was_hashed() -> None:
    written = (FOLDER / "urgency_cases.sha256").read_text().split()[0]
    assert hashlib.sha256((FOLDER / "urgency_cases.json").read_bytes()).hexdigest() == written


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
