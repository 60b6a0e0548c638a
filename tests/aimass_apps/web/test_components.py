"""The parts pages are built of."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from aimass_apps.inference.predictor import Span
from aimass_apps.web.components import badges, charts, fields, highlight, markup, moments

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ICONS = (Path(badges.__file__).parents[1] / "static" / "web" / "icons.svg").read_text(encoding="utf-8")


def draw(source: str, **context: object) -> str:
    return Template("{% load aimass %}" + source).render(Context(context))


class Sample(forms.Form):
    age = forms.IntegerField(max_value=120, help_text="In years.")
    sex = forms.ChoiceField(choices=[("f", "Female"), ("m", "Male")], widget=forms.RadioSelect)
    note = forms.CharField(widget=forms.Textarea, required=False)
    oxygen = forms.BooleanField(required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def test_a_button_is_escaped_and_takes_any_attribute():
    drawn = draw('{% button text kind="danger" key="r" hx_post="/x/" data_confirm="Sure?" %}', text="<b>")
    assert "&lt;b&gt;" in drawn
    assert 'hx-post="/x/"' in drawn
    assert 'data-confirm="Sure?"' in drawn
    assert 'data-key="r"' in drawn
    assert "<kbd>r</kbd>" in drawn
    assert 'type="submit"' in drawn


def test_a_button_with_an_address_is_a_link():
    drawn = draw('{% button "Next" href="/next/" %}')
    assert drawn.startswith("<a ")
    assert "type=" not in drawn


def test_a_disabled_link_cannot_be_followed():
    drawn = draw('{% button "Next" href="/next/" disabled=True %}')
    assert 'href="/next/"' not in drawn
    assert 'aria-disabled="true"' in drawn


def test_buttons_open_and_close_dialogs():
    assert 'data-open="reject"' in draw('{% button "Reject" open="reject" %}')
    assert 'type="button" data-close>' in draw('{% button "Keep" close=True %}')
    assert "disabled" in draw('{% button "Wait" busy=True %}')


def test_an_unknown_kind_of_button_is_refused():
    with pytest.raises(ValueError, match="unknown kind"):
        markup.button("x", kind="huge")


@pytest.mark.parametrize(
    ("probability", "digits", "shown"),
    [
        (0.934, 0, "93 %"),
        (0.934, 1, "93.4 %"),
        (1.0, 0, "100 %"),
        (0.9999, 0, ">99 %"),
        (0.0001, 0, "<1 %"),
        (0.0, 0, "0 %"),
        (None, 0, "–"),
        (0.0001, 1, "<0.1 %"),
    ],
)
def test_percent_never_rounds_to_certainty(probability, digits, shown):
    assert markup.percent(probability, digits) == shown


def test_every_look_has_a_word_a_known_tone_and_an_icon():
    for scale, looks in badges.scales().items():
        assert looks, scale
        for key, look in looks.items():
            assert str(look.label), (scale, key)
            assert look.tone in (*badges.TONES, *badges.GRADES), (scale, key)
            assert f'id="{look.icon}"' in ICONS, (scale, key)


def test_an_app_brings_a_scale_of_its_own(monkeypatch):
    monkeypatch.setattr(badges, "_scales", {})
    badges.register("ripeness", {"green": badges.Look("Not yet", "warn", "clock")})
    drawn = draw('{% look "ripeness" value size="lg" %}', value="green")
    assert "Not yet" in drawn
    assert "badge-warn badge-lg" in drawn
    with pytest.raises(badges.UnknownScale):
        draw('{% look "colour" "green" %}')


def test_a_value_the_scale_does_not_know_is_shown_as_it_is():
    drawn = draw("{% stage value %}", value="half_done<")
    assert "Half done&lt;" in drawn
    assert "badge-neutral" in drawn


def test_a_field_ties_label_help_and_error_to_its_control():
    form = Sample({"age": "200", "sex": "f"})
    drawn = draw('{% field form.age suffix="years" %}', form=form)
    assert 'for="id_age"' in drawn
    assert 'id="id_age_helptext"' in drawn
    assert 'id="id_age_error"' in drawn
    assert "id_age_helptext id_age_error" in drawn
    assert 'aria-invalid="true"' in drawn
    assert "years" in drawn


def test_radios_become_a_group_with_a_legend():
    drawn = draw('{% field form.sex look="segmented" %}', form=Sample())
    assert "<fieldset" in drawn
    assert "choices-segmented" in drawn
    assert drawn.count('type="radio"') == 2


def test_a_summary_links_to_every_wrong_field():
    drawn = draw("{% form_errors form %}", form=Sample({"age": "x"}))
    assert 'href="#id_age"' in drawn
    assert 'href="#id_sex"' in drawn
    assert draw("{% form_errors form %}", form=Sample({"age": "9", "sex": "f"})).strip() == ""


def test_the_page_of_a_form_draws_every_field():
    drawn = draw("{% form_fields form %}", form=Sample())
    assert all(f'name="{name}"' in drawn for name in Sample.base_fields)


@pytest.mark.parametrize(
    ("name", "shape"), [("age", "control"), ("sex", "group"), ("oxygen", "check"), ("token", "hidden")]
)
def test_shapes(name, shape):
    assert fields.shape(Sample()[name]) == shape


def test_marks_are_escaped_and_labelled():
    drawn = highlight.highlight("you <b> fool", [Span(8, 12, "insult", "fool", 0.9)])
    assert "&lt;b&gt;" in drawn
    assert '<mark class="mark mark-3" title="insult; fool">fool<span class="mark-label">insult</span></mark>' in drawn


def test_marks_that_overlap_share_their_piece():
    cut = highlight.pieces("abcdef", [highlight.Mark(0, 4, "x", "", 1), highlight.Mark(2, 6, "y", "", 1)])
    assert [(piece, [mark.label for mark in marks]) for piece, marks in cut] == [
        ("ab", ["x"]),
        ("cd", ["x", "y"]),
        ("ef", ["y"]),
    ]


@pytest.mark.parametrize(
    ("labels", "shown"),
    [(["1", "3"], "1, 3"), (["identity_hate", "severe_toxic"], "identity hate +1"), (["x" * 30], "x" * 30)],
)
def test_many_labels_on_one_piece_stay_short(labels, shown):
    spans = [{"start": 0, "end": 4, "label": label} for label in labels]
    assert f'<span class="mark-label">{shown}</span>' in highlight.highlight("fool", spans)


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(-5, 50), st.integers(-5, 50)), max_size=6))
def test_cutting_loses_no_character(text, edges):
    spans = [{"start": start, "end": end, "label": "x", "rule": "", "weight": 0.5} for start, end in edges]
    marks = [mark for span in spans if (mark := highlight.read_mark(span, len(text)))]
    assert "".join(piece for piece, _ in highlight.pieces(text, marks)) == text


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(days=1, hours=2), "1 day ago"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=40), "Oct. 13, 2026"),
        (timedelta(hours=-2), "in 2 h"),
        (timedelta(seconds=-5), "in a moment"),
    ],
)
def test_relative_times(before, shown):
    assert moments.relative(NOW - before, NOW) == shown


def test_bars_are_as_long_as_their_share():
    assert [bar.share for bar in charts.bars([("a", 4), ("b", 1), ("c", 0)])] == [100, 25, 0]
    assert charts.bars([]) == []


@pytest.mark.parametrize(("highest", "top"), [(0, 1), (0.83, 1), (1, 1), (3, 5), (12, 20), (23, 25), (99, 100)])
def test_the_value_axis_ends_at_a_round_number(highest, top):
    assert charts.nice_top(highest) == pytest.approx(top)


def test_a_missing_value_breaks_the_line():
    path, points = charts.path([0, None, 1], top=1)
    assert path == "M0.0 100.0 M100.0 0.0"
    assert len(points) == 2


def test_charts_say_what_they_show():
    drawn = draw('{% line_chart series title="F1" labels=days %}', series={"BERT": [0.5, 1.0]}, days=["Mon", "Tue"])
    assert 'aria-label="F1"' in drawn
    assert "<title>BERT: 0.5</title>" in drawn
    assert "Show the numbers" in drawn
    assert "Nothing to draw yet" in draw('{% line_chart series title="F1" %}', series={"BERT": [None]})


def test_probabilities_side_by_side():
    drawn = draw('{% probability_table rows models title="C" %}', rows=[("Flu", [0.5, None], "J11")], models=["A", "B"])
    assert 'width="50.0%"' in drawn
    assert "not named" in drawn
    assert "J11" in drawn


def test_lengths_are_written_the_same_in_every_language(settings):
    settings.LANGUAGE_CODE = "de"
    drawn = draw("{% probability 0.255 %}{% progress 12.5 %}")
    assert 'width="25.5%"' in drawn
    assert 'value="12.5"' in drawn


def test_pages_of_a_list_keep_the_other_parameters():
    request = RequestFactory().get("/?label=spam&page=2")
    drawn = draw("{% pagination page %}", page=Paginator(range(100), 10).page(2), request=request)
    assert 'href="?label=spam&amp;page=3"' in drawn
    assert "11–20 of 100" in drawn
    assert draw("{% pagination page %}", page=Paginator(range(3), 10).page(1), request=request).strip() == ""


def test_blocks_hold_what_stands_between_them():
    drawn = draw("{% card title=title %}<i>{{ inner }}</i>{% endcard %}", title="<T>", inner="<x>")
    assert "&lt;T&gt;" in drawn
    assert "<i>&lt;x&gt;</i>" in drawn
    assert 'id="d"' in draw('{% dialog "d" title="T" open=True %}x{% enddialog %}')
    assert 'role="alert"' in draw('{% banner "danger" %}x{% endbanner %}')


def test_pairs_without_a_value_are_left_out():
    drawn = draw("{% key_value pairs %}", pairs=[("A", 1), ("B", None)])
    assert "<dt>A</dt>" in drawn
    assert "<dt>B</dt>" not in drawn


def test_curves_are_read_between_their_points_and_not_beyond() -> None:
    drawn = charts.curves({"a": [(0, 0), (0.2, 0.5), (0.2, 0.6), (1, 1)], "b": [(0.5, 0.5), (0.6, 0.7)]}, ("x", "y"))
    assert drawn.lines[0].path == "M0 100 L20.0 50.0 L20.0 40.0 L100 0"
    table = dict(drawn.rows)
    assert table["0.1"] == ("0.25", "–")
    assert table["0.5"][1] == "0.5"
    assert "b" not in str(table["1"])


def test_a_scatter_says_the_name_and_height_of_each_dot() -> None:
    drawn = charts.scatter([("BERT", 24.0, 0.76), ("SVM", 3.0, 0.5)], ("MB", "F1"))
    assert drawn.lines[1].dots == ((12.0, 50.0, "SVM: 0.5"),)
    assert drawn.labels == ("0", "12.5", "25")


def test_a_bar_can_be_a_share_of_what_is_possible() -> None:
    assert charts.bars([("a", 30)], full=100)[0].share == 30
    assert charts.bars([("a", 30)])[0].share == 100
