import shutil

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from aimass_apps.learning import judge_queue, promotion
from aimass_apps.learning.judge_queue import free_judgements, judge_waiting
from aimass_apps.learning.learned import FILE, short
from aimass_apps.learning.live import live_version
from aimass_apps.learning.models import Measurement, Promotion
from aimass_apps.learning.promotion import (
    AlreadyAsked,
    BadShare,
    GateRefused,
    NothingToRollBack,
    promote,
    request_promotion,
    roll_back,
)
from aimass_apps.people.models import User
from aimass_apps.registry.models import ModelVersion, Stage, StageChange
from aimass_apps.registry.stages import WrongStage, move_version
from aimass_apps.registry.store import install_version, unpack_version
from tests.aimass_apps.learning.frozen_posts import freeze_posts

pytestmark = pytest.mark.django_db
PLACE = {"desk": "moderation", "kind": "keywords", "language": "en"}


@pytest.fixture
def versions(make_artefact, settings, tmp_path):
    settings.ARTEFACT_CACHE = tmp_path / "cache"
    return [install_version(folder=make_artefact(name, term=name)) for name in ("nitwit", "twit")]


@pytest.fixture
def dataset(db):
    return freeze_posts(User.objects.create_user("reviewer", role="moderator"))


def ask(version, to=Stage.LIVE, **more):
    return {"version": version, "to": to, "by": None, "reason": "test", **more}


def go(version):
    return move_version(version=version, to=Stage.LIVE, by=None, reason="test")


def test_a_version_goes_live_through_the_gates_and_comes_back_at_once(versions):
    first, second = versions
    promote(**ask(first, without_evidence=True))
    assert promote(**ask(second, without_evidence=True)).state == "granted"
    assert live_version(**PLACE) == second
    roll_back(**PLACE, by=None, reason="worse in practice")
    assert live_version(**PLACE) == first
    with pytest.raises(NothingToRollBack):
        roll_back(**PLACE, by=None, reason="again")


def test_of_two_who_take_back_the_same_version_the_second_changes_nothing(versions, make_artefact):
    first, second = versions
    third = install_version(folder=make_artefact("clot", term="clot"))
    for version in (first, second, third):
        go(version)
    roll_back(**PLACE, by=None, reason="worse in practice", live=third)
    with pytest.raises(NothingToRollBack, match="not live any more"):
        roll_back(**PLACE, by=None, reason="worse in practice", live=third)
    assert live_version(**PLACE) == second


def test_the_verdict_names_the_measurement_that_it_rests_on(versions, dataset):
    better, live = versions
    go(live)
    done = promote(**ask(better))
    assert (done.measurement.state, done.measurement.dataset, done.measurement.against) == ("done", dataset, live)
    assert done.measurement.metrics["candidate"]["mean_auc"] > done.measurement.metrics["live"]["mean_auc"]
    live.refresh_from_db()
    with pytest.raises(GateRefused, match="no worse"):
        promote(**ask(live))


def test_a_version_that_lost_labels_is_held_back_and_the_reason_kept(versions, dataset, make_artefact):
    go(versions[0])
    poorer = install_version(folder=make_artefact("poorer", labels=("insult",)))
    with pytest.raises(GateRefused, match="toxic"):
        promote(**ask(poorer))
    assert live_version(**PLACE) == versions[0]
    assert Promotion.objects.get(version=poorer).state == "refused"


def test_a_version_that_does_not_load_is_held_back_and_can_still_be_taken_away(versions):
    versions[0].files.filter(name="words.json").update(content=b"{}")
    with pytest.raises(GateRefused, match="does not load"):
        promote(**ask(versions[0], without_evidence=True))
    assert Measurement.objects.get().state == "failed"
    assert promote(**ask(versions[0], Stage.RETIRED)).state == "granted"


def test_a_live_version_that_broke_does_not_keep_its_successor_waiting(versions, dataset):
    first, second = versions[::-1]
    go(first)
    shutil.rmtree(unpack_version(first), ignore_errors=True)
    first.files.filter(name="words.json").update(content=b"{}")
    assert promote(**ask(second)).state == "granted"
    assert live_version(**PLACE) == second


def test_another_version_that_went_live_meanwhile_is_not_replaced_unmeasured(versions, dataset, monkeypatch):
    judged = promotion.compare

    def judge_while_another_goes_live(*asked):
        found = judged(*asked)
        go(versions[1])
        return found

    monkeypatch.setattr(promotion, "compare", judge_while_another_goes_live)
    with pytest.raises(GateRefused, match="went live meanwhile"):
        promote(**ask(versions[0]))
    assert live_version(**PLACE) == versions[1]
    assert not StageChange.objects.filter(version=versions[0], to_stage=Stage.LIVE).exists()


class TestEvidence:
    def test_a_candidate_without_any_goes_live_only_when_somebody_answers_for_it(self, versions):
        name = str(versions[0])
        with pytest.raises(CommandError, match=r"no frozen test row.*--without-evidence"):
            call_command("promote", name)
        with pytest.raises(CommandError, match="give the reason"):
            call_command("promote", name, without_evidence=True)
        call_command("promote", name, without_evidence=True, reason="nothing else knows this language")
        assert live_version(**PLACE) == versions[0]
        with pytest.raises(IntegrityError), transaction.atomic():
            Promotion.objects.filter(without_evidence=True).update(reason="")

    def test_a_shadow_needs_none(self, versions):
        assert promote(**ask(versions[0], Stage.SHADOW)).state == "granted"

    def test_rows_that_a_version_learned_from_never_judge_it(self, versions, dataset):
        test = [each.submission.content_hash for each in dataset.examples.filter(split="test")]
        content = b"".join(short(each) for each in test[1:])
        versions[0].files.create(name=FILE, sha256="0" * 64, content=content)
        done = promote(**ask(versions[0], Stage.SHADOW))
        assert done.measurement.metrics["rows"] == 1
        assert f"{len(test) - 1} test rows left out" in str(done.gates)

    def test_a_version_that_does_not_tell_what_it_learned_from_is_held_back(self, versions, dataset):
        ModelVersion.objects.filter(pk=versions[0].pk).update(
            manifest={**versions[0].manifest, "data": [{"name": "reviews"}]}
        )
        versions[0].refresh_from_db()
        with pytest.raises(GateRefused, match="does not record which"):
            promote(**ask(versions[0]))


class TestWaiting:
    def test_a_request_waits_in_the_database_until_a_worker_judges_it(self, versions, dataset):
        request_promotion(**ask(versions[0]))
        assert live_version(**PLACE) is None
        assert judge_waiting() == 1
        assert live_version(**PLACE) == versions[0]
        assert judge_waiting() == 0

    def test_a_place_has_one_open_request_and_the_next_after_its_verdict(self, versions, dataset):
        request_promotion(**ask(versions[0]))
        for version in versions:
            with pytest.raises(AlreadyAsked, match="moderation-keywords-en is being judged"):
                request_promotion(**ask(version))
        judge_waiting()
        request_promotion(**ask(versions[1]))

    def test_one_thread_of_a_worker_judges_and_the_others_go_on_with_other_work(self, versions, dataset, monkeypatch):
        judged_meanwhile = []

        def judge_and_ring(*asked):
            judged_meanwhile.append(judge_waiting())
            return compare(*asked)

        compare = promotion.compare
        monkeypatch.setattr(promotion, "compare", judge_and_ring)
        request_promotion(**ask(versions[0]))
        Measurement.objects.create(version=versions[1], dataset=dataset)
        assert judge_waiting() == 2
        assert judged_meanwhile == [0]

    def test_what_is_asked_while_the_last_one_ends_is_not_left_for_the_sweeper(self, versions, dataset, monkeypatch):
        rests = iter([False])

        def nothing_left():
            """Another request comes when the queue was found empty, and its thread finds the lock taken."""
            for _ in rests:
                request_promotion(**ask(versions[1]))
                assert judge_waiting() == 0
            return False

        request_promotion(**ask(versions[0]))
        monkeypatch.setattr(judge_queue, "measure_next", nothing_left)
        assert judge_waiting() == 2

    def test_a_worker_that_slept_past_its_lease_moves_nothing(self, versions, dataset, monkeypatch):
        compare = promotion.compare

        def oversleep(*asked):
            Promotion.objects.update(leased_until=timezone.now().replace(year=2020))
            return compare(*asked)

        monkeypatch.setattr(promotion, "compare", oversleep)
        request_promotion(**ask(versions[0]))
        judge_waiting()
        assert (live_version(**PLACE), Promotion.objects.get().state) == (None, "running")

    def test_one_that_kills_its_worker_four_times_is_given_to_a_person(self, versions, dataset, monkeypatch):
        class Killed(BaseException):
            """What no handler sees."""

        def kill(*_):
            raise Killed

        monkeypatch.setattr(promotion, "compare", kill)
        asked = request_promotion(**ask(versions[0]))
        for state in ("waiting", "waiting", "waiting", "failed"):
            with pytest.raises(Killed):
                judge_waiting()
            Promotion.objects.update(leased_until=timezone.now().replace(year=2020))
            assert free_judgements() == 1
            asked.refresh_from_db()
            assert asked.state == state
        assert "stopped before" in asked.message
        request_promotion(**ask(versions[0]))

    def test_what_goes_wrong_is_kept_with_the_request_by_its_name(self, versions, dataset, monkeypatch):
        def fail(*_):
            raise RuntimeError("you nitwit 1")

        monkeypatch.setattr(promotion, "compare", fail)
        request_promotion(**ask(versions[0]))
        judge_waiting()
        assert Promotion.objects.values_list("state", "message").get() == ("failed", "RuntimeError")


class TestCommand:
    def test_no_worker_judges_what_the_command_line_judges_at_the_same_time(self, versions, dataset, monkeypatch):
        judged_by_workers = []
        compare = promotion.compare

        def judge_and_look(*asked):
            judged_by_workers.append(judge_waiting())
            return compare(*asked)

        monkeypatch.setattr(promotion, "compare", judge_and_look)
        assert promote(**ask(versions[0])).state == "granted"
        assert judged_by_workers == [0]

    def test_interrupted_it_is_withdrawn_and_nobody_grants_it(self, versions, dataset, monkeypatch):
        def interrupt(*_):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(promotion, "compare", interrupt)
            with pytest.raises(CommandError, match="withdrawn"):
                call_command("promote", str(versions[0]))
        free_judgements()
        assert judge_waiting() == 0
        assert (Promotion.objects.get().state, live_version(**PLACE)) == ("withdrawn", None)
        assert promote(**ask(versions[0])).state == "granted"

    def test_one_whose_process_vanished_is_given_up_and_never_granted_by_a_worker(self, versions, dataset, monkeypatch):
        def vanish(*_):
            Promotion.objects.update(leased_until=timezone.now().replace(year=2020))
            assert free_judgements() == 1
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(promotion, "compare", vanish)
            with pytest.raises(KeyboardInterrupt):
                promote(**ask(versions[0]))
        assert judge_waiting() == 0
        assert (Promotion.objects.get().state, live_version(**PLACE)) == ("failed", None)

    def test_it_writes_down_who_it_was(self, versions, dataset):
        call_command("promote", str(versions[0]), by="reviewer")
        assert str(Promotion.objects.get().by) == "reviewer"
        call_command("promote", str(versions[1]), to="retired")
        assert Promotion.objects.first().by.username == "system"
        assert StageChange.objects.first().by.username == "system"
        with pytest.raises(CommandError, match="Nobody here has the user name 'nobody'"):
            call_command("promote", str(versions[1]), by="nobody")


@pytest.mark.parametrize("share", [None, 0, 1, 7])
def test_a_canary_needs_a_share(versions, share):
    with pytest.raises(BadShare):
        request_promotion(**ask(versions[0], Stage.CANARY, canary_share=share))


def test_there_is_no_way_back_to_candidate(versions):
    with pytest.raises(WrongStage):
        request_promotion(**ask(versions[0], Stage.CANDIDATE))
