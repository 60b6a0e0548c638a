"""The story of a visit: entered by a clinician, answered within seconds, judged, kept for learning."""

import re

from playwright.sync_api import expect

TEXT = "Crushing chest pain for one hour spreading to the left arm, sweating and short of breath. No fever."


def test_a_visit_is_assessed_overridden_and_becomes_an_example(installation, signed_in):
    page = signed_in("clinician")
    page.goto("/triage/new/")
    page.get_by_label("Age", exact=True).fill("58")
    page.get_by_text("Male", exact=True).click()
    page.get_by_label("Heart rate").fill("112")
    page.get_by_label("Oxygen saturation").fill("94")
    page.get_by_label("Symptoms").fill(TEXT)
    page.get_by_role("button", name="Assess").click()
    page.wait_for_url(re.compile(r"/triage/[0-9a-f-]{36}/"))
    # Nothing of the person stands in the address.
    assert "chest" not in page.url

    expect(page.get_by_role("button", name="Confirm")).to_be_visible()
    panel = page.locator("#panel")
    expect(panel.locator("mark").first).to_be_visible()
    expect(
        panel.get_by_role("columnheader", name=re.compile("SVM")).or_(panel.get_by_text("SVM")).first
    ).to_be_visible()
    expect(panel.get_by_text("BERT").first).to_be_visible()
    assert re.search(r"Immediate|Very urgent", panel.inner_text())

    page.get_by_role("button", name="Change").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Condition").fill("Aortic dissection (I71.00)")
    dialog.get_by_label("Reason").select_option(index=1)
    dialog.get_by_role("button", name="Record my judgement").click()
    expect(page.locator("#record")).to_contain_text("Aortic dissection")
    assert "triage-" in installation.run("freeze_dataset", "--desk", "triage")


def test_a_moderator_sees_nothing_of_the_triage_desk(signed_in):
    page = signed_in("moderator")
    for path in ("/triage/", "/triage/new/", "/models/", "/people/"):
        assert page.goto(path).status == 403


def test_a_clinician_sees_nothing_of_the_moderation_desk(signed_in):
    page = signed_in("clinician")
    for path in ("/moderation/", "/platforms/", "/models/"):
        assert page.goto(path).status == 403
