import uuid

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from aimass_apps.registry.models import ModelVersion, Stage, StageChange
from aimass_apps.registry.routing import choose_routes
from aimass_apps.registry.stages import WrongStage, live_before, move_version

PLACE = {"desk": "moderation", "kind": "bert", "language": "en"}


def make(number: int, **fields: object) -> ModelVersion:
    return ModelVersion.objects.create(
        number=number, name="made for a test", manifest={}, manifest_sha256=uuid.uuid4().hex, **{**PLACE, **fields}
    )


def go(version: ModelVersion, to: Stage, **more: object) -> StageChange:
    return move_version(version=version, to=to, by=None, reason="test", **more)


@pytest.mark.django_db
class TestMoves:
    def test_going_live_retires_the_version_that_was(self):
        first, second = make(1), make(2)
        go(first, Stage.LIVE)
        change = go(second, Stage.LIVE)
        first.refresh_from_db()
        assert (first.stage, second.stage, change.replaced) == (Stage.RETIRED, Stage.LIVE, first)

    def test_nothing_becomes_a_candidate_again(self):
        version = make(1)
        go(version, Stage.LIVE)
        with pytest.raises(WrongStage, match="can't become"):
            go(version, Stage.CANDIDATE)

    def test_steps_back_unwind_promotions_and_never_redo_one(self):
        first, second, third = make(1), make(2), make(3)
        for version in (first, second, third):
            go(version, Stage.LIVE)
        assert live_before(**PLACE) == second
        go(second, Stage.LIVE, rolled_back=True)
        assert live_before(**PLACE) == first
        go(first, Stage.LIVE, rolled_back=True)
        assert live_before(**PLACE) is None

    def test_the_database_refuses_a_second_live_version(self):
        make(1, stage=Stage.LIVE)
        with pytest.raises(IntegrityError), transaction.atomic():
            make(2, stage=Stage.LIVE)

    @pytest.mark.parametrize("share", [0, 1, None])
    def test_the_database_refuses_a_canary_without_a_real_share(self, share):
        with pytest.raises(IntegrityError), transaction.atomic():
            make(1, stage=Stage.CANARY, canary_share=share)

    def test_history_can_not_be_deleted(self):
        change = go(make(1), Stage.LIVE)
        with pytest.raises(ProgrammingError), transaction.atomic():
            change.delete()


class TestRoutes:
    live = ModelVersion(pk=1, stage=Stage.LIVE, **PLACE)
    canary = ModelVersion(pk=2, stage=Stage.CANARY, canary_share=0.25, **PLACE)
    shadow = ModelVersion(pk=3, stage=Stage.SHADOW, **PLACE)
    chinese = ModelVersion(pk=4, stage=Stage.LIVE, desk="moderation", kind="svm", language="zh")
    any_language = ModelVersion(pk=5, stage=Stage.LIVE, desk="moderation", kind="keywords", language="any")

    def asked(self, versions, content_hash="ff", languages=("en",)):
        routes = choose_routes(versions, languages, content_hash.ljust(8, "0"))
        return {(route.version.pk, route.decisive) for route in routes}

    def test_shadows_answer_and_decide_nothing(self):
        assert self.asked([self.live, self.shadow]) == {(1, True), (3, False)}

    def test_versions_of_other_languages_are_not_asked_and_any_always_is(self):
        assert self.asked([self.live, self.chinese, self.any_language]) == {(1, True), (5, True)}
        assert self.asked([self.live, self.chinese], languages=("en", "zh")) == {(1, True), (4, True)}

    def test_a_canary_takes_its_share_in_place_of_the_live_version(self):
        both = [self.live, self.canary]
        assert self.asked(both, "3fffffff") == {(2, True)}
        assert self.asked(both, "40000000") == {(1, True)}

    def test_shares_hold_over_many_texts(self):
        on_canary = sum(self.asked([self.live, self.canary], f"{n * 42949673:08x}") == {(2, True)} for n in range(100))
        assert on_canary == 25
