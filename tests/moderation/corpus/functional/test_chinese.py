"""The Chinese suite, by the same rules as the English one."""

from collections import Counter, defaultdict

from moderation.corpus.functional import suite
from tests.moderation.corpus.functional.frozen import digest, function_names, recorded_digest

CASES = suite.cases("zh")


def test_suite_is_the_frozen_one() -> None:
    assert digest(CASES) == recorded_digest("suite_zh.sha256")


def test_suite_is_half_harmless_and_of_many_functions() -> None:
    assert len(CASES) >= 500
    assert len({case.function for case in CASES}) >= 20
    assert 0.48 <= sum(not case.flag for case in CASES) / len(CASES) <= 0.55
    assert len({case.text for case in CASES}) == len(CASES)


def test_a_third_of_each_function_is_held_out() -> None:
    templates: dict[str, set[tuple[int, bool]]] = defaultdict(set)
    for case in CASES:
        templates[case.function].add((case.template, case.held_out))
    assert set(templates) == function_names("templates_zh.json")
    for numbered in templates.values():
        assert sum(held_out for _, held_out in numbered) * 3 == len(numbered) == 9


def test_each_group_stands_on_each_side_equally_often() -> None:
    for flag in (True, False):
        counts = Counter(case.group for case in CASES if case.flag is flag and case.group)
        assert max(counts.values()) - min(counts.values()) <= 1


def test_training_rows_hold_no_held_out_template() -> None:
    rows = suite.training_rows(1, 4_000, "zh")
    assert len(rows) == 4_000
    assert not [row.text for row in rows if "{" in row.text]
    assert not {case.text for case in CASES if case.held_out} & {row.text for row in rows}
    held_out = {template for each in suite._templates("zh")["functions"] for template in each["held_out"]}
    extra = {template for each in suite._training_templates("zh")["functions"] for template in each["templates"]}
    assert not held_out & extra
