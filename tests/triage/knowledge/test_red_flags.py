"""Each red-flag rule fires on its own case and stays silent on its near miss."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path

import pytest

from triage.knowledge import floor, red_flags
from triage.knowledge.floor import Facts, safety_floor
from triage.knowledge.load import load_catalogue
from triage.knowledge.red_flags import Limits, RedFlagError, Rule, load_phrases, load_rules
from triage.levels import LEVELS, Level
from triage.vitals import Vitals

Read = Callable[[dict[str, object]], Rule]


def _fired(case: Mapping[str, object]) -> set[str]:
    vitals = Vitals.from_mapping(case.get("vitals", {}))
    facts = Facts(case.get("age"), case.get("sex"), case.get("pregnant"), vitals)
    return {flag.rule for flag in safety_floor(str(case["text"]), facts).fired}


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.id)
def test_the_rule_fires_on_its_case_and_not_on_its_near_miss(rule: Rule) -> None:
    assert rule.id in _fired(rule.fires)
    assert rule.id not in _fired(rule.near_miss)


def test_there_are_enough_rules_and_each_is_complete() -> None:
    rules = load_rules()
    assert len(rules) >= 70
    assert len({rule.id for rule in rules}) == len(rules)
    assert {rule.level for rule in rules} == set(LEVELS[:3])
    for rule in rules:
        assert len(rule.source) > 8
        assert re.search(r"[\u4e00-\u9fff]", rule.name_zh)
    sizes = [len(rule.all) + bool(rule.any) for rule in rules]
    assert {1, 2, 3} <= set(sizes)


@pytest.mark.parametrize("rule", [rule for rule in load_rules() if rule.conditions], ids=lambda rule: rule.id)
def test_no_rule_lies_below_the_usual_urgency_of_the_condition_it_fears(rule: Rule) -> None:
    known = load_catalogue().conditions
    assert set(rule.conditions) <= set(known)
    assert LEVELS.index(rule.level) <= LEVELS.index(known[rule.conditions[0]].urgency)


@pytest.mark.parametrize(
    ("text", "age", "level"),
    [
        ("Apnoeic on arrival, being bagged.", 60, "immediate"),
        ("No palpable pulse, chest compressions commenced.", 71, "immediate"),
        ("Actively fitting in triage.", 30, "immediate"),
        ("High temperature, drooling, sitting forward, will not lie down.", 4, "immediate"),
        ("Tongue swollen since she started ramipril, voice changed.", 50, "immediate"),
        ("Chainsaw cut to thigh, tourniquet on.", 45, "immediate"),
        ("Cut her wrist on glass, blood is spurting, three towels soaked.", 60, "immediate"),
        ("Knife wound to the back, short of breath.", 19, "immediate"),
        ("Stab wound right forearm, bleeding controlled.", 32, "very_urgent"),
        ("Strangled by her boyfriend, voice hoarse.", 29, "immediate"),
        ("Went under in the pool for about a minute, now crying and pink.", 5, "very_urgent"),
        ("Struck by lightning, feels fine.", 22, "very_urgent"),
        ("House fire, 35% burns to trunk and legs.", 45, "immediate"),
        ("Pulled a kettle over herself, scald about 8% chest and arm.", 3, "very_urgent"),
        ("Full thickness circumferential burn of the left forearm.", 50, "very_urgent"),
        ("Plaster and lime in both eyes on the building site.", 31, "immediate"),
        ("Passenger killed in the same car, she has bruises.", 33, "very_urgent"),
        ("Fell 4 metres from scaffolding, back pain.", 40, "very_urgent"),
        ("Supracondylar fracture, hand pale, pulse not felt at wrist.", 12, "immediate"),
        ("Arm torn off by a conveyor belt.", 38, "immediate"),
        ("Degloving injury of the ring finger.", 41, "very_urgent"),
        ("Rugby tackle, cannot move his arms or legs.", 19, "immediate"),
        ("Left pupil bigger than right since this morning.", 70, "very_urgent"),
        ("Fall, glasgow coma scale 13.", 66, "very_urgent"),
        ("Fell, banged head, takes rivaroxaban, no symptoms.", 77, "very_urgent"),
        ("Found on the floor, there since yesterday.", 84, "very_urgent"),
        ("Cold and stiff, found in an unheated house, mumbling.", 84, "immediate"),
        ("Paracetamol overdose, 32 tablets at midnight.", 17, "immediate"),
        ("Swallowed grandma's blood pressure tablets.", 2, "immediate"),
        ("Ate wild mushrooms yesterday evening, vomiting.", 35, "very_urgent"),
        ("Smell of the boiler, the carbon monoxide alarm rang, headache and vomiting.", 30, "immediate"),
        ("Mottled and grunting.", 0.5, "very_urgent"),
        ("Soft spot bulging, otherwise well.", 0.5, "very_urgent"),
        ("Bruise on the cheek, not rolling yet.", 0.3, "very_urgent"),
        ("Linear bruises on the back, history keeps changing.", 5, "very_urgent"),
        ("Stopped breathing for 20 seconds and went blue.", 0.3, "immediate"),
        ("Seven weeks pregnant, right-sided pelvic pain and dizzy.", 27, "immediate"),
        ("34 weeks pregnant, heavy bleeding.", 30, "immediate"),
        ("Gave birth two days ago, soaking a pad every 20 minutes.", 31, "immediate"),
        ("Gave birth last week, hears voices about the baby.", 31, "immediate"),
        ("On chemotherapy for breast cancer, temp 38.5.", 60, "immediate"),
        ("On clozapine, sore throat and fever.", 45, "very_urgent"),
        ("Sexual assault last night.", 22, "very_urgent"),
        ("Suicidal, plan to jump off the bridge, wrote a note.", 40, "immediate"),
        ("Missed dialysis, weak and short of breath.", 60, "immediate"),
        ("VP shunt, headache and vomiting.", 10, "very_urgent"),
        ("PICC line, rigors after flush.", 50, "very_urgent"),
        ("Addison's disease, vomiting since last night.", 44, "immediate"),
        ("Sudden complete loss of vision in the right eye, painless.", 68, "immediate"),
        ("New headache, jaw aches on chewing, scalp tender.", 72, "very_urgent"),
        ("大腿动脉出血，血喷出来，已上止血带", 40, "immediate"),
        ("从四米高的脚手架摔下来，腰痛", 25, "very_urgent"),
        ("开水烫伤，面积8%", 2, "very_urgent"),
        ("停经7周，右下腹痛，头晕", 28, "immediate"),
        ("化疗中，发烧38.6", 60, "immediate"),
        ("想跳楼，遗书写好了", 40, "immediate"),
    ],
)
def test_a_state_that_a_professional_names_fires_by_itself(text: str, age: float, level: Level) -> None:
    found = safety_floor(text, Facts(age)).level
    assert found is not None
    assert LEVELS.index(found) <= LEVELS.index(level)


@pytest.mark.parametrize(
    ("text", "age", "level"),
    [
        ("Back pain for years, today suddenly left arm weak and speech slurred.", 66, "immediate"),
        ("Residual right weakness from old stroke, now left arm weak and speech slurred.", 75, "immediate"),
        ("Speech is normal again but the arm is still weak.", 70, "immediate"),
        ("Iron tablets for anaemia, black tarry stool since yesterday, on warfarin, dizzy.", 70, "immediate"),
        ("Chest sore when I press it, crushing pain with sweating and down the left arm.", 60, "immediate"),
        ("Burning urine, and sudden severe testicular pain since an hour.", 15, "immediate"),
        ("Nosebleed and blood spurting from the arm wound.", 35, "immediate"),
        ("Small cut on the chin and stabbed in the chest.", 24, "immediate"),
        ("In the cold garden the left leg went suddenly white, cold and painful, does not warm up.", 75, "immediate"),
        ("Melaena, losing a lot of blood and feels faint.", 64, "immediate"),
        ("Fell because the left side went weak suddenly.", 70, "immediate"),
        ("Floaters for years, suddenly went blind in the left eye.", 66, "immediate"),
        ("Limps since childhood, crushed by a car against the wall, pale and sweating.", 30, "immediate"),
        ("Sore breasts, fever and foul lochia five days after birth.", 29, "very_urgent"),
        ("Known dementia, more confused since yesterday.", 85, "very_urgent"),
        ("Dehydrated, both legs weak since yesterday.", 40, "very_urgent"),
    ],
)
def test_a_word_about_something_else_disarms_no_danger(text: str, age: float, level: Level) -> None:
    found = safety_floor(text, Facts(age)).level
    assert found is not None
    assert LEVELS.index(found) <= LEVELS.index(level)


@pytest.mark.parametrize(
    ("text", "age", "highest"),
    [
        ("Bumped his forehead on the table, cried at once, now playing, no vomiting.", 2, None),
        ("Fell from sofa onto carpet, small bump, playing.", 3, None),
        ("Fell off the swing, hit head, vomited once.", 8, "urgent"),
        ("Tension headache like a band since this afternoon, no fever, no vomiting.", 35, None),
        ("Usual migraine with aura, same as all previous ones, light hurts.", 30, None),
        ("Small cut on the chin from shaving that is still oozing.", 28, None),
        ("Cut my leg on a nail, shallow.", 45, None),
        ("Burned my finger on the oven, small blister.", 45, None),
        ("Fever 38.5 and cough, plays, wet nappies.", 4, None),
        ("Teething, drooling, red cheeks, temp 37.6.", 1, None),
        ("Hand foot and mouth: blisters in the mouth and on hands, fever 38.2, drinks.", 5, None),
        ("Sharp pain at a rib, hurts when pressed, worse when twisting, after gym.", 22, None),
        ("Stabbing pain in the side when laughing, for months.", 55, None),
        ("Common cold, cough, sore throat, can't breathe through my nose.", 25, None),
        ("Burning when passing urine and going often, no fever, no back pain.", 27, None),
        ("Urinary infection not responding to antibiotics, no fever.", 30, None),
        ("Food poisoning two days ago, better now.", 40, None),
        ("Vomited twice after prawns last night, no rash, drinking.", 28, None),
        ("I take 75 mg aspirin daily and need a repeat prescription.", 30, None),
        ("Took 500 mg paracetamol at eight for toothache.", 30, None),
        ("Hurt himself playing football, bruise on the shin.", 16, None),
        ("Got a flu shot in the arm yesterday, arm sore.", 33, None),
        ("Iron tablets since May, black stools, feels well.", 60, None),
        ("COPD, wheezy and short of breath, allergic to penicillin.", 60, "urgent"),
        ("Wheezy, breathless, off her milk a bit, runny nose.", 0.5, "urgent"),
        ("Deaf since birth, came with a cold.", 25, None),
        ("Conjunctivitis, eyes sticky, won't open in the morning because stuck.", 6, None),
        ("Rides an electric scooter, here for a sick note.", 30, None),
        ("Swelling went down after the tablets, happy.", 70, None),
        ("Hot flushes and night sweats, sheets soaked.", 50, None),
        ("Mountain bike tour last week, saddle sore.", 34, None),
        ("Scan of brain aneurysm planned, no symptoms.", 60, None),
        ("感冒，咳嗽，流鼻涕，没有发烧", 30, None),
        ("宝宝流鼻涕，吃奶好，尿量正常，精神好", 0.4, None),
        ("食物中毒昨天，现在好了", 30, None),
    ],
)
def test_what_is_harmless_stays_where_a_careful_nurse_puts_it(text: str, age: float, highest: Level | None) -> None:
    found = safety_floor(text, Facts(age)).level
    assert found is None or (highest is not None and LEVELS.index(found) >= LEVELS.index(highest))


def test_every_phrase_group_is_used() -> None:
    used = {
        part for rule in load_rules() for terms in (rule.all, rule.any, rule.none) for term in terms for part in term
    }
    assert set(load_phrases().lexicon) <= used


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"level": "soon"}, r"rules\[0\]\.level: must be 'immediate'"),
        ({"all": ["no_such_group"]}, "unknown phrase group"),
        ({"all": []}, "needs a condition"),
        ({"all": ["systlic<90"]}, "says nothing"),
        ({"limit": {"age_min": 12}}, r"rules\[0\]\.limit: is not known here"),
        ({"limits": {"age_min": 5, "age_max": 5}}, r"rules\[0\]\.limits: .*age_min < age_max"),
        ({"limits": {"min_age": 5}}, r"rules\[0\]\.limits"),
        ({"fires": {"text": "faint", "vitals": {"systolic": 900}}}, r"rules\[0\]\.fires: systolic"),
    ],
)
def test_a_bad_rule_is_refused_by_name(change: dict[str, object], words: str, read: Read) -> None:
    with pytest.raises(RedFlagError, match=words):
        read(change)


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Reads a rule that fires on a fever, with a change."""
    raw = json.loads((red_flags.FOLDER / "red_flags.json").read_text())["rules"][0]
    load_phrases()
    monkeypatch.setattr(red_flags, "FOLDER", tmp_path)
    monkeypatch.setattr(red_flags, "_rule_file", red_flags._rule_file.__wrapped__)

    def made(change: dict[str, object]) -> Rule:
        changed = {key: value for key, value in raw.items() if key not in ("any", "none")} | {"all": ["fever"]} | change
        (tmp_path / "red_flags.json").write_text(json.dumps({"version": "1", "source": "a test", "rules": [changed]}))
        (rule,) = red_flags.load_rules.__wrapped__()
        return rule

    return made


@pytest.mark.parametrize(
    "key", [field.name for field in fields(Rule) if field.name not in ("all", "any", "none", "limits", "conditions")]
)
def test_no_part_of_a_rule_may_be_missing(key: str, read: Read, tmp_path: Path) -> None:
    read({})
    data = json.loads((tmp_path / "red_flags.json").read_text())
    del data["rules"][0][key]
    (tmp_path / "red_flags.json").write_text(json.dumps(data))
    with pytest.raises(RedFlagError, match=key):
        red_flags.load_rules.__wrapped__()


VALUES = [None, True, False, -1, 0, 0.25, 12, 16, 65, 129.5, 130, 200, "12", "", "female", "male", "other", "F", [], {}]
PATIENTS = [
    Facts(age, sex, pregnant, None, after_birth)
    for age in (None, 0, 0.2, 0.25, 5, 12, 15, 16, 40, 65, 129, 130)
    for sex in (None, "female", "male", "other")
    for pregnant, after_birth in ((None, False), (False, False), (True, False), (False, True))
]


def _fires(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    monkeypatch.setattr(floor, "load_rules", lambda: (rule,))
    found = [safety_floor("Fever since this morning.", facts).fired for facts in PATIENTS]
    return [rule.id in {flag.rule for flag in fired} for fired in found]


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_every_value_of_every_limit_means_something_or_is_refused(
    name: str, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, taken = _fires(read({}), monkeypatch), {}
    assert all(free)
    for value in VALUES:
        try:
            taken[str(value)] = _fires(read({"limits": {name: value}}), monkeypatch)
        except RedFlagError:
            continue
    assert len(taken) >= 2
    assert all(any(each) and not all(each) for each in taken.values())
    assert len({tuple(each) for each in taken.values()}) == len(taken)


def test_a_rule_for_those_who_are_not_pregnant_spares_only_who_is_known_to_be(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    fires = _fires(read({"limits": {"pregnant": False}}), monkeypatch)
    assert fires == [not facts.pregnant for facts in PATIENTS]


@pytest.mark.parametrize(("low", "high"), [(12, 12), (16, 12)])
def test_limits_that_nobody_keeps_are_refused(low: float, high: float, read: Read) -> None:
    with pytest.raises(RedFlagError, match="age_min < age_max"):
        read({"limits": {"age_min": low, "age_max": high}})


@pytest.mark.parametrize(
    "term",
    [
        "sbp<90", "systolic<20", "systolic<=400", "systolic>=30", "systolic=90", "systolic<low", "pain>11",
        "consciousness<voice", "consciousness=drunk", "oxygen=yes", "hypercapnic>0",
    ],
)  # fmt: skip
@pytest.mark.parametrize("part", ["all", "any", "none"])
def test_a_comparison_that_never_or_always_holds_is_refused(term: str, part: str, read: Read) -> None:
    with pytest.raises(RedFlagError, match="says nothing"):
        read({part: [term]})
