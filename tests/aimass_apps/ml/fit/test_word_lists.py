import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from aimass_apps.inference.kinds.keywords.desk_labels import DeskLabels
from aimass_apps.inference.kinds.keywords.predictor import BadWordList, Entry
from aimass_apps.inference.predictor import Item, load_predictor
from aimass_apps.ml.fit.word_lists import read_word_list

KNOWN = DeskLabels(
    implies={"toxic": ["insult", "identity_hate"]}, categories=(("sexual", "sexual"), ("racial", "identity_hate"))
)


def test_a_published_table_keeps_category_and_severity(tmp_path: Path) -> None:
    table = tmp_path / "list.csv"
    table.write_text(
        "text,category_1,severity_rating\nbadword,sexual anatomy,1.2\nworse,racial / ethnic slurs,2.8\n",
        encoding="utf-8",
    )
    assert list(read_word_list(table, KNOWN, "obscene", 2)) == [
        Entry("badword", "sexual", 1),
        Entry("worse", "identity_hate", 3),
    ]


def test_words_that_are_seldom_rude_are_left_out(tmp_path: Path) -> None:
    table = tmp_path / "list.csv"
    table.write_text("term,sureness\nharmless,0\nrude,2\n", encoding="utf-8")
    assert [entry.term for entry in read_word_list(table, KNOWN, "obscene", 2)] == ["rude"]


def test_imported_lists_make_a_version_that_loads(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("nincompoop\n\nblockhead\n", encoding="utf-8")
    (tmp_path / "two.csv").write_text("term,severity\nBlockhead,3\n", encoding="utf-8")
    out = tmp_path / "out"
    files = [str(tmp_path / "one.txt"), str(tmp_path / "two.csv")]
    call_command("import_keywords", *files, out=out, label="insult", licence="CC BY 4.0")
    (answer,) = load_predictor(out).predict([Item("You bl0ckhead")])
    assert answer.scores == {"toxic": pytest.approx(0.95), "insult": pytest.approx(0.95)}
    assert json.loads((out / "words.json").read_text(encoding="utf-8"))["implies"] == {"toxic": ["insult"]}
    assert "CC BY 4.0" in (out / "card.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "colour\nred\n", "needs a column"),
        ("a.csv", "term,severity\nx,much\n", "not a number"),
        ("b.txt", None, "No such"),
    ],
)
def test_an_unusable_list_is_one_sentence(tmp_path: Path, name: str, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match=message):
        call_command("import_keywords", str(tmp_path / name), out=tmp_path / "out")


def test_the_words_of_a_version_are_read_back(tmp_path: Path) -> None:
    words = tmp_path / "words.json"
    words.write_text('{"labels": ["toxic", "spam"], "entries": [{"term": "buy now", "label": "spam", "severity": 1}]}')
    assert [(entry.term, entry.label, entry.severity) for entry in read_word_list(words, KNOWN, "insult", 2)] == [
        ("buy now", "spam", 1)
    ]


def test_any_other_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words.json").write_text("[1]")
    with pytest.raises(BadWordList, match="must be a table"):
        list(read_word_list(tmp_path / "words.json", KNOWN, "insult", 2))
