"""What a worker holds in memory, counted in loads."""

import pytest

from aimass_apps.inference import predictor_cache
from aimass_apps.inference.predictor_cache import SPARE, LoadedPredictors
from aimass_apps.registry.models import ModelVersion, Stage
from tests.aimass_apps.submissions.conftest import make_version  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    counted: list[int] = []
    monkeypatch.setattr(predictor_cache, "_load", lambda version: counted.append(version.pk))
    return counted


@pytest.mark.parametrize("asked", [1, 3, 4, 5, 12])
def test_what_is_asked_in_turn_is_loaded_once_however_much_it_is(asked, loads, make_version, caplog):  # noqa: F811
    versions = [make_version(stage=Stage.SHADOW).pk for _ in range(asked)]
    predictors = LoadedPredictors(usual=4)
    for _round in range(3):
        for version in versions:
            predictors.get(version)
    assert loads == versions
    assert sum("mind the memory" in message for message in caplog.messages) == (asked > 4)


def test_retired_versions_make_room(loads, make_version):  # noqa: F811
    versions = [make_version(stage=Stage.SHADOW).pk for _ in range(12)]
    predictors = LoadedPredictors(usual=2)
    assert predictors.warm_up() == 12
    ModelVersion.objects.exclude(pk=versions[-1]).update(stage=Stage.RETIRED)
    predictors.get(make_version(stage=Stage.SHADOW).pk)
    assert len(predictors._held) == 2 + SPARE
