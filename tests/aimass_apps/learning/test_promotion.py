import shutil

import pytest

from aimass_apps.learning import promotion
from aimass_apps.learning.models import Evaluation
from aimass_apps.learning.promotion import (
    BadShare,
    HeldBack,
    NothingToRollBack,
    judge_evaluation,
    judge_waiting,
    live_version,
    promote,
    request_promotion,
    roll_back,
)
from aimass_apps.registry.models import Stage
from aimass_apps.registry.stages import WrongStage
from aimass_apps.registry.store import install_version, unpack_version
from tests.aimass_apps.registry.conftest import make_artefact  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
PLACE = {"desk": "moderation", "kind": "keywords", "language": "en"}


@pytest.fixture
def versions(make_artefact, settings, tmp_path):  # noqa: F811 - the fixture by its name
    settings.ARTEFACT_CACHE = tmp_path / "cache"
    return [install_version(folder=make_artefact(name, term=name)) for name in ("nitwit", "twit")]


def ask(version, to=Stage.LIVE, **more):
    return {"version": version, "to": to, "by": None, "reason": "test", **more}


def test_a_version_goes_live_through_the_gates_and_comes_back_at_once(versions):
    first, second = versions
    promote(**ask(first))
    wish = promote(**ask(second))
    assert wish.passed
    assert live_version(**PLACE) == second
    roll_back(**PLACE, by=None, reason="worse in practice")
    assert live_version(**PLACE) == first
    with pytest.raises(NothingToRollBack):
        roll_back(**PLACE, by=None, reason="again")


def test_of_two_who_take_back_the_same_version_the_second_changes_nothing(versions, make_artefact):  # noqa: F811
    first, second = versions
    third = install_version(folder=make_artefact("clot", term="clot"))
    for version in (first, second, third):
        promote(**ask(version))
    roll_back(**PLACE, by=None, reason="worse in practice", live=third)
    with pytest.raises(NothingToRollBack, match="not live any more"):
        roll_back(**PLACE, by=None, reason="worse in practice", live=third)
    assert live_version(**PLACE) == second


def test_a_version_that_lost_labels_is_held_back_and_the_reason_kept(versions, make_artefact):  # noqa: F811
    promote(**ask(versions[0]))
    poorer = install_version(folder=make_artefact("poorer", labels=("insult",)))
    with pytest.raises(HeldBack, match="toxic"):
        promote(**ask(poorer))
    assert live_version(**PLACE) == versions[0]
    assert Evaluation.objects.get(version=poorer).passed is False


def test_a_version_that_does_not_load_is_held_back(versions):
    versions[0].files.filter(name="words.json").update(content=b"{}")
    with pytest.raises(HeldBack, match="does not load"):
        promote(**ask(versions[0]))


def test_a_live_version_that_broke_does_not_keep_its_successor_waiting(versions):
    first, second = versions
    promote(**ask(first))
    shutil.rmtree(unpack_version(first))
    first.files.filter(name="words.json").update(content=b"{}")
    assert promote(**ask(second)).passed
    assert live_version(**PLACE) == second


def test_one_wish_judged_twice_keeps_its_first_verdict(versions):
    wish = request_promotion(**ask(versions[0]))
    again = Evaluation.objects.get(pk=wish.pk)
    assert judge_evaluation(wish).passed
    assert judge_evaluation(again).passed
    assert Evaluation.objects.get(pk=wish.pk).passed


def test_a_wish_waits_in_the_database_until_a_worker_judges_it(versions):
    request_promotion(**ask(versions[0]))
    assert live_version(**PLACE) is None
    assert judge_waiting() == 1
    assert live_version(**PLACE) == versions[0]
    assert judge_waiting() == 0


def test_no_worker_judges_what_the_command_line_judges_at_the_same_time(versions, monkeypatch):
    judged_by_workers = []

    def judge_and_look(wish):
        judged_by_workers.append(judge_waiting())
        return judge_evaluation(wish)

    monkeypatch.setattr(promotion, "judge_evaluation", judge_and_look)
    assert promote(**ask(versions[0])).passed
    assert judged_by_workers == [0]


@pytest.mark.parametrize("share", [None, 0, 1, 7])
def test_a_canary_needs_a_share(versions, share):
    with pytest.raises(BadShare):
        request_promotion(**ask(versions[0], Stage.CANARY, canary_share=share))


def test_there_is_no_way_back_to_candidate(versions):
    with pytest.raises(WrongStage):
        request_promotion(**ask(versions[0], Stage.CANDIDATE))
