"""The levels of urgency are named in one place: whatever lists them elsewhere must agree."""

import json
from pathlib import Path

import triage
from aimass_apps.web.components import badges
from triage.levels import ABOUT, LEVELS, level_of, minutes_of, worst
from triage.models import URGENCIES, Assessment

ROOT = Path(triage.__file__).parent


def test_each_level_is_described_and_they_get_milder():
    assert tuple(ABOUT) == LEVELS
    minutes = [ABOUT[level].minutes for level in LEVELS]
    weights = [ABOUT[level].weight for level in LEVELS]
    assert minutes == sorted(set(minutes))
    assert weights == sorted(set(weights), reverse=True)
    assert 0 < weights[-1] < weights[0] <= 1


def test_fields_and_badges_know_exactly_these_levels():
    looks = badges.scales()["urgency"]
    for name in ("urgency", "held", "final_urgency"):
        assert tuple(dict(Assessment._meta.get_field(name).flatchoices)) == LEVELS
    assert tuple(dict(URGENCIES)) == tuple(looks) == LEVELS
    assert max(map(len, LEVELS)) <= Assessment._meta.get_field("urgency").max_length
    for part in zip(*looks.values(), strict=True):
        assert len({str(value) for value in part}) == len(LEVELS)


def test_every_state_and_judgement_has_a_badge():
    scales = badges.scales()
    assert set(scales["assessment"]) == set(Assessment.State.values)
    assert set(scales["judgement"]) == {"confirm", "override", "defer", "lower", "withdraw"}


def test_what_a_language_model_is_offered_are_the_levels():
    schema = json.loads((ROOT / "llm" / "answer.json").read_text(encoding="utf-8"))
    assert tuple(schema["properties"]["urgency"]["properties"]["level"]["enum"]) == LEVELS
    prompt = (ROOT / "llm" / "prompt.txt").read_text(encoding="utf-8")
    assert [level for level in LEVELS if f'"{level}"' not in prompt] == []


def test_a_word_that_is_no_level():
    assert (level_of("tomorrow"), minutes_of(""), worst(None, level_of(""))) == (None, None, None)
    assert worst("soon", None, "urgent") == "urgent"
