"""A condition outside its ages or its sex is not named; an answer made of such is no answer."""

import pytest

from aimass_apps.inference.kinds.ensemble.predictor import Combined
from triage.knowledge.fitting import can_have, fitting
from triage.knowledge.load import load_catalogue


@pytest.mark.parametrize(
    ("condition", "age", "sex", "can"),
    [
        ("myocardial_infarction", 3, "male", False),
        ("myocardial_infarction", 60, "female", True),
        ("testicular_torsion", 15, "female", False),
        ("ectopic_pregnancy", 30, "male", False),
        ("ectopic_pregnancy", 30, None, True),
        ("not_of_the_catalogue", 3, "male", True),
    ],
)
def test_who_can_have_it(condition: str, age: float, sex: str | None, can: bool) -> None:
    assert can_have(condition, age, sex) is can


def test_every_condition_fits_somebody_of_its_own_range() -> None:
    for each in load_catalogue().conditions.values():
        sex = "female" if each.female >= each.male else "male"
        assert can_have(each.id, sum(each.age_range) / 2, sex), each.id


def test_what_is_left_has_the_whole_and_an_impossible_answer_is_not_known() -> None:
    said = Combined({"myocardial_infarction": 0.7, "croup": 0.3}, ("bert",), ("myocardial_infarction", "croup"), True)
    child = fitting(said, 3, "male")
    assert child is not None
    assert (child.scores, child.likely, child.known) == ({"croup": pytest.approx(1.0)}, ("croup",), False)
    assert fitting(said, None, None) == said
