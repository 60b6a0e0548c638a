"""Shorthand written out: every abbreviation of the table, signs, times, ages, and where each word came from."""

import pytest

from triage.clinical_text.shorthand import load_shorthand, write_out

WRITTEN = {
    "58M CP 2/24 rad L arm": "58-year-old man chest pain 2 hours radiating left arm",
    "c/o SOBOE 3/7, PMHx CVA": "complains of short of breath on exertion 3 days, past medical history stroke",
    "#NOF": "fracture of the neck of the femur",
    "?CVA": "?stroke",
    "CP 0, SOB-": "chest pain (-), short of breath (-)",
    "Fever? N. Cough? Y": "Fever: no,. Cough: yes,",
    "neg for LOC": "negative for loss of consciousness",
    "4/12 baby": "4-month-old baby",
    "31F 36/40": "31-year-old woman 36 weeks pregnant",
    "born at 32/40": "born at 32 weeks",
    "6wk old": "6-week-old",
    "CP/SOB": "chest pain/short of breath",
    "R) loin, L) eye": "right loin, left eye",
    "~30 min": "30 minutes",
    "血压８２/４０": "血压82/40",  # noqa: RUF001
    "體溫三十九度五": "体温39.5度",
    "心跳一百四": "心跳140",
    "sats ninety-three": "sats 93",
}
LEFT_ALONE = [
    "BP 82/40",
    "vision 6/12 in the right eye",
    "pain 7/10",
    "power 5/5",
    "L4/5 disc",
    "2 L of fluid",
    "an old pad in the bin",
    "十分疼",
    "Normal saline 0.9 %",
]


@pytest.mark.parametrize(("note", "plain"), WRITTEN.items())
def test_a_note_in_plain_words(note: str, plain: str) -> None:
    assert write_out(note).text == plain


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_only_looks_like_shorthand_is_left_alone(text: str) -> None:
    assert write_out(text).text == text


@pytest.mark.parametrize(
    ("note", "plain"),
    [
        ("took OD of tablets", "took overdose of tablets"),
        ("bisoprolol 5 mg OD", "bisoprolol 5 mg once daily"),
        ("sats 93% RA", "sats 93% room air"),
        ("known RA on steroids", "known rheumatoid arthritis on steroids"),
        ("BM 2.1", "blood glucose 2.1"),
        ("last BM 2 days ago", "last bowel movement 2 days ago"),
        ("has CP, in a wheelchair", "has cerebral palsy, in a wheelchair"),
        ("PR bleed", "rectal bleed"),
    ],
)
def test_the_context_decides_what_an_ambiguous_form_means(note: str, plain: str) -> None:
    assert write_out(note).text == plain


def test_every_entry_that_needs_no_context_is_read_and_the_table_is_large() -> None:
    forms = {}
    for entry in load_shorthand():
        for form in entry.forms:
            forms.setdefault(form, entry)
    assert len(forms) >= 250
    free = {form: entry for form, entry in forms.items() if not (entry.before or entry.after)}
    wrong = [form for form, entry in free.items() if entry.reading not in write_out(f"Seen: {form}.").text]
    assert wrong == []


def test_each_word_keeps_the_place_it_came_from() -> None:
    note = write_out("58M CP 2/24")
    start = note.text.index("chest pain")
    assert note.origin(start, start + len("chest pain")) == (4, 6)
    start = note.text.index("2 hours")
    assert note.origin(start, start + 7) == (7, 11)


@pytest.mark.parametrize("length", [1, 2, 4])
@pytest.mark.parametrize("piece", ["CP/", "2/24 ", "#", "R) ", "-ve ", "一百", "a.", "~3", "↑"])
def test_pumped_notes_grow_no_faster_than_their_length(piece: str, length: int) -> None:
    note = write_out(piece * 500 * length)
    assert len(note.text) <= 40 * len(piece) * 500 * length
