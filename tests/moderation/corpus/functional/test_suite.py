from collections import Counter, defaultdict

from moderation.corpus.functional import suite
from tests.moderation.corpus.functional.frozen import digest, function_names, recorded_digest

CASES = suite.cases()


def test_suite_is_the_frozen_one() -> None:
    assert digest(CASES) == recorded_digest()


def test_suite_is_large_and_half_harmless() -> None:
    assert len(CASES) >= 1_500
    assert len({case.function for case in CASES}) >= 30
    assert 0.48 <= sum(not case.flag for case in CASES) / len(CASES) <= 0.55


def test_no_case_comes_twice() -> None:
    assert len({case.id for case in CASES}) == len({case.text for case in CASES}) == len(CASES)


def test_flagged_cases_name_a_label_and_clear_ones_none() -> None:
    assert all((case.label in suite.LABELS) == case.flag for case in CASES)
    assert all(case.label == "" for case in CASES if not case.flag)


def test_a_third_of_each_function_is_held_out() -> None:
    templates: dict[str, set[tuple[int, bool]]] = defaultdict(set)
    for case in CASES:
        templates[case.function].add((case.template, case.held_out))
    assert set(templates) == function_names()
    for numbered in templates.values():
        assert len(numbered) >= 12
        assert sum(held_out for _, held_out in numbered) * 3 == len(numbered)


def test_each_group_stands_on_each_side_equally_often() -> None:
    for flag in (True, False):
        counts = Counter(case.group for case in CASES if case.flag is flag and case.group)
        assert len(counts) >= 12
        assert max(counts.values()) - min(counts.values()) <= 1


def test_no_slot_is_left_open() -> None:
    rows = suite.training_rows(seed=3, n=2_000)
    assert not [text for text in (*(c.text for c in CASES), *(r.text for r in rows)) if "{" in text or "}" in text]


def test_training_rows_are_reproducible_balanced_and_different() -> None:
    rows = suite.training_rows(seed=7, n=3_000)
    assert rows == suite.training_rows(seed=7, n=3_000)
    assert rows != suite.training_rows(seed=8, n=3_000)
    assert len({row.text for row in rows}) == len(rows) == 3_000
    flagged = {name for name in function_names() if any(c.flag for c in CASES if c.function == name)}
    assert 0.45 <= sum(row.function in flagged for row in rows) / len(rows) <= 0.55


def test_training_rows_hold_no_held_out_case() -> None:
    held_out = {case.text for case in CASES if case.held_out}
    assert not held_out & {row.text for row in suite.training_rows(seed=1, n=5_000)}


def test_no_training_template_is_a_held_out_one() -> None:
    def bare(template: str) -> str:
        return "".join(c for c in template.lower() if c.isalnum())

    held_out = {bare(t) for f in suite._read("templates.json")["functions"] for t in f["held_out"]}
    extra = [t for f in suite._read("training_templates.json")["functions"] for t in f["templates"]]
    assert not [t for t in extra if bare(t) in held_out]


def test_labels_of_training_rows() -> None:
    row = next(r for r in suite.training_rows(seed=2, n=2_000) if r.function == "threat_group")
    assert row.labels["threat"] == row.labels["identity_hate"] == row.labels["toxic"] == 1
    assert row.labels["spam"] == 0
    assert "insult" not in row.labels
