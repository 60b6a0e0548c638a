"""A scale is named once, in `scales.SCALES`: the floor, what is stored and the visit's page take it from there."""

import pytest
from django.test import Client
from django.utils import translation

from aimass_apps.people.models import User
from tests.support.visits import open_visit, visit_url
from triage.knowledge import scales
from triage.knowledge.scales import NEWS2, SCALES, Scale, Score
from triage.models import Assessment
from triage.presenters.proposal import score_rows
from triage.vitals import Vitals

MEASURED = {"heart_rate": 150.0, "respiratory_rate": 30.0}


@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale.id)
def test_a_scale_is_whole(scale: Scale) -> None:
    age = next(age for age in (None, 0.5, 8.0, 30.0) if scale.fits(age, False) or scale.fits(age, True))
    nothing = scale.score(Vitals(), age)
    assert (nothing.total, nothing.points) == (0, {})
    assert nothing.missing, "what is not measured is named"
    assert scale.level(nothing) is None, "what is not measured says nothing"
    assert all((scale.id, scale.name, scale.source, scale.most))
    assert [each.id for each in SCALES].count(scale.id) == 1


@pytest.fixture
def child_scale(monkeypatch: pytest.MonkeyPatch) -> Scale:
    """One more scale, and nothing else changed: for children, two points for a pulse from 140."""

    def score(vitals: Vitals, age_years: float | None) -> Score:
        pulse = vitals.heart_rate
        points = {} if pulse is None else {"heart_rate": 2 if pulse >= 140 else 0}
        return Score(sum(points.values()), points, () if points else ("heart_rate",))

    scale = Scale(
        id="child",
        name="Child score",
        most=2,
        source="This test",
        fits=lambda age_years, maternal: age_years is not None and age_years < 16,
        score=score,
        level=lambda score: "immediate" if score.total >= 2 else None,
    )
    monkeypatch.setattr(scales, "SCALES", (*SCALES, scale))
    return scale


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("age", "vitals", "shown", "urgency"),
    [
        (8.0, MEASURED, ["Child score 2", "of 2", "This test", "the mapping to a level"], "immediate"),
        (8.0, {"spo2": 99.0}, ["Child score needs vital signs"], ""),
        (30.0, MEASURED, ["NEWS2 ≥ 6", "Incomplete", "Royal College of Physicians"], ""),
        (30.0, {}, ["NEWS2 needs vital signs"], ""),
    ],
)
def test_one_more_scale_raises_and_is_shown(
    child_scale: Scale,
    at_desk: Client,
    clinician: User,
    age: float,
    vitals: dict[str, float],
    shown: list[str],
    urgency: str,
) -> None:
    assessment = open_visit(clinician, age_years=age, vitals=vitals)
    page = at_desk.get(visit_url(assessment)).content.decode()
    assert [words for words in shown if words not in page] == []
    assert ("Child score" in page) == (age < 16)
    assert not urgency or Assessment.objects.get().urgency == urgency


@pytest.mark.django_db
def test_without_a_scale_the_page_says_what_is_used_instead(
    at_desk: Client, clinician: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scales, "SCALES", (NEWS2,))
    page = at_desk.get(visit_url(open_visit(clinician, age_years=8.0, vitals=MEASURED))).content.decode()
    assert "limits by age" in page
    assert "NEWS2 ≥" not in page


@pytest.mark.parametrize(
    ("stored", "total", "missing"),
    [
        ({"news2": {"total": 5, "points": {"spo2": 3}}, "news2_missing": ["oxygen"]}, 5, "Breathing"),
        ({"news2": None, "news2_missing": ["oxygen"]}, 0, "Breathing"),
        ({"news2": {"total": 5, "points": {"spo2": 3}}, "news2_missing": []}, 5, ""),
    ],
)
def test_what_was_stored_when_there_was_one_score_stays_readable(stored: dict, total: int, missing: str) -> None:
    with translation.override("en"):
        (row,) = score_rows(stored)
    assert (row["name"], row["total"], row["missing"]) == (NEWS2.name, total, missing)
    assert score_rows({"news2": None, "news2_missing": []}) == []
