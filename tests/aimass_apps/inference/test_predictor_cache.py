"""What a worker holds in memory, counted in loads."""

import pytest

from aimass_apps.inference.predictor_cache import SPARE, LoadedPredictors
from aimass_apps.registry.models import ModelVersion, Stage
from tests.support.factories import make_version

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("asked", [1, 3, 4, 5, 12])
def test_what_is_asked_in_turn_is_loaded_once_however_much_it_is(asked, caplog):
    loads: list[int] = []
    versions = [make_version(stage=Stage.SHADOW).pk for _ in range(asked)]
    predictors = LoadedPredictors(usual=4, load=lambda version: loads.append(version.pk))
    for _round in range(3):
        for version in versions:
            predictors.get(version)
    assert loads == versions
    assert sum("mind the memory" in message for message in caplog.messages) == (asked > 4)


def test_retired_versions_make_room():
    versions = [make_version(stage=Stage.SHADOW).pk for _ in range(12)]
    predictors = LoadedPredictors(usual=2, load=lambda version: version)
    assert predictors.warm_up() == 12
    ModelVersion.objects.exclude(pk=versions[-1]).update(stage=Stage.RETIRED)
    predictors.get(make_version(stage=Stage.SHADOW).pk)
    assert len(predictors._held) == 2 + SPARE
