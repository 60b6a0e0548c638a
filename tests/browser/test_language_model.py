"""A visit whose language model takes its time: the page fills in by itself, and the judgement need not wait."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from aimass_apps.inference.predictor_cache import LoadedPredictors
from aimass_apps.inference.worker_loop import drain_remote
from aimass_apps.people.models import User
from tests.support.endpoint import KEY, FakeEndpoint
from tests.support.pages import overflow
from tests.support.visits import add_version, answer, open_visit, visit_url
from triage.llm.prompt import go_live
from triage.models import Assessment

TEXT = "Steady pain under the right ribs since a fatty meal, fever, vomited twice. Denies chest pain."
SAID = {
    "conditions": [
        {"id": "cholecystitis", "probability": 0.6, "quotes": ["pain under the right ribs", "fever"]},
        {"id": "pancreatitis_acute", "probability": 0.2, "quotes": ["vomited twice"]},
        {"id": "myocardial_infarction", "probability": 0.1, "quotes": ["chest pain"]},
    ],
    "urgency": {"level": "immediate", "quotes": ["fever"]},
}


@pytest.fixture
def fake(settings: Any, tmp_path: Any) -> Iterator[FakeEndpoint]:
    with FakeEndpoint().running() as endpoint:
        settings.LLM_URL, settings.LLM_KEY, settings.ARTEFACT_CACHE = endpoint.url, KEY, tmp_path
        yield endpoint


@pytest.fixture
def assessment(person: Any, fake: FakeEndpoint) -> Assessment:
    go_live(model="a-model", reason="for a test", by=None)
    add_version("svm")
    opened = open_visit(person("clinician"), TEXT, age_years=58.0, vitals={"temperature": 38.4})
    answer(opened, "svm", {"cholecystitis": 0.4, "biliary_colic": 0.3, "common_cold": 0.2})
    return opened


def test_the_answer_fills_in_while_the_clinician_looks(
    page: Page, sign_in: Any, fake: FakeEndpoint, assessment: Assessment
) -> None:
    sign_in(page, "clinician")
    page.goto(visit_url(assessment))
    opinion = page.locator("#opinions")
    expect(opinion).to_contain_text("a-model was asked and has not answered yet")
    expect(page.get_by_role("columnheader", name="Large language model")).to_have_count(0)
    fake.says(SAID)
    drain_remote(LoadedPredictors(), lease_seconds=30)
    expect(opinion).to_contain_text("“fever”")
    expect(opinion).to_contain_text("1 quote did not count: words that the text denies (1).")
    expect(opinion).not_to_contain_text("infarction")
    expect(opinion).to_contain_text("It asks for more urgency than proposed")
    expect(page.get_by_role("columnheader", name="Large language model")).to_be_visible()
    page.keyboard.press("c")
    expect(page.locator("#record")).to_contain_text("Confirmed")
    assert User.objects.filter(visits__assessments=assessment).exists()


@pytest.mark.parametrize("width", [390, 1280])
def test_no_usable_answer_fits_every_window(
    open_page: Any, sign_in: Any, fake: FakeEndpoint, assessment: Assessment, width: int
) -> None:
    fake.says("I'm sorry, I can't help with that.")
    drain_remote(LoadedPredictors(), lease_seconds=30)
    page = open_page(width=width)
    sign_in(page, "clinician")
    page.goto(visit_url(assessment))
    expect(page.locator("#opinions")).to_contain_text("The language model gave no usable answer")
    assert overflow(page) == []
