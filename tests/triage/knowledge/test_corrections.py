"""What a person corrects of what was read goes into the note, so that rules and models go by it."""

import pytest

from triage.knowledge.corrections import MOST, BadCorrection, Correction, corrected, read_corrections
from triage.knowledge.floor import Facts, safety_floor
from triage.knowledge.intake_record import read_intake
from triage.knowledge.note import read_note
from triage.model_input import write_out_note

NOTE = "58M CP 2/24 rad L arm, sweaty. No fever."


def level(*corrections: Correction, text: str = NOTE) -> str | None:
    return safety_floor(text, Facts(58, "male", corrections=corrections)).level


def status(entry: str, *corrections: Correction, text: str = NOTE) -> str | None:
    found = {each.entry: each.status for each in read_intake(text, corrections).findings}
    return found.get(entry)


@pytest.mark.parametrize("state", ["absent", "past", "family", "uncertain"])
def test_a_state_that_a_person_gives_is_what_is_read_and_what_the_rules_see(state: str) -> None:
    change = Correction("chest_pain", state, "chest pain")
    assert (status("chest_pain"), status("chest_pain", change)) == ("present", state)
    assert level() in {"immediate", "very_urgent"}
    assert level(change) not in {"immediate", "very_urgent"}


def test_what_is_taken_away_is_gone_and_what_is_added_is_there() -> None:
    assert status("chest_pain", Correction("chest_pain", "removed", "chest pain")) is None
    added = Correction("fever", "present", "")
    assert status("fever", added, text="Sore toe.") == "present"
    assert "fever" in write_out_note("Sore toe.", {"corrections": [["fever", "present", ""]]})


def test_a_denied_finding_can_be_made_present() -> None:
    assert status("fever") == "absent"
    assert status("fever", Correction("fever", "present", "fever")) == "present"


def test_a_chinese_note_is_corrected_too() -> None:
    text = "胸痛2小时，大汗"
    change = Correction("chest_pain", "absent", "胸痛")
    assert (status("chest_pain", text=text), status("chest_pain", change, text=text)) == ("present", "absent")
    assert "No chest pain" in read_note(text, (change,)).english.text


def test_a_second_change_keeps_the_words_of_the_first() -> None:
    first = corrected((), Correction("chest_pain", "absent", "tight chest"))
    second = corrected(first, Correction("chest_pain", "past", "chest pain"))
    assert second == (Correction("chest_pain", "past", "tight chest"),)


@pytest.mark.parametrize(
    "raw",
    [
        [["no_such_thing", "present", ""]],
        [["fever", "certain", ""]],
        [["fever"]],
        "fever",
        [["fever", "present", "x" * 201]],
        [["fever", "present", ""]] * (MOST + 1),
    ],
)
def test_what_no_page_sends_is_refused(raw: object) -> None:
    with pytest.raises(BadCorrection):
        read_corrections(raw)
