"""What a version learned from is told by it, and by every version that goes on from it."""

import json

import pytest
from django.db.models.functions import Now

from aimass_apps.learning.learned import BYTES, FILE, keep_learned, learned_of, short
from aimass_apps.learning.models import TrainingRun
from aimass_apps.people.models import User
from aimass_apps.registry.artefacts import read_manifest, verify, write_manifest
from aimass_apps.registry.models import ModelVersion
from aimass_apps.registry.store import install_version
from tests.aimass_apps.learning.frozen_posts import freeze_posts

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset():
    return freeze_posts(User.objects.create_user("reviewer", role="moderator"))


@pytest.fixture
def rows(dataset):
    found = dataset.examples.exclude(split="test").values_list("submission__content_hash", flat=True)
    return frozenset(map(short, found))


@pytest.fixture
def reviewed(make_artefact):
    """Installs a version whose manifest says that it learned from reviews."""

    def made(name):
        folder = make_artefact(name)
        manifest = json.loads((folder / "version.json").read_text())
        write_manifest(folder, {**manifest, "data": [{"name": "reviews"}]}, list(manifest["files"]))
        return install_version(folder=folder)

    return made


def test_the_artefact_names_training_and_validation_rows_compactly(make_artefact, dataset, rows):
    folder = make_artefact()
    keep_learned(folder, dataset, "en", [])
    verify(folder)
    assert (folder / FILE).stat().st_size == BYTES * len(rows)
    assert learned_of(install_version(folder=folder)) == rows
    assert len(rows) + dataset.examples.filter(split="test").count() == 60


def test_rows_of_another_language_are_not_named(make_artefact, dataset):
    folder = make_artefact()
    keep_learned(folder, dataset, "zh", [])
    assert (folder / FILE).read_bytes() == b""


def test_what_goes_on_from_a_version_learned_all_that_one_did(make_artefact, dataset, rows):
    first, second = make_artefact("first"), make_artefact("second", term="twit")
    keep_learned(first, dataset, "en", [])
    keep_learned(second, dataset, "zh", [install_version(folder=first)])
    assert learned_of(install_version(folder=second)) == rows


def test_a_version_of_files_alone_learned_from_no_review(make_artefact):
    assert learned_of(install_version(folder=make_artefact())) == frozenset()


def test_an_older_version_is_told_by_its_run_or_not_at_all(reviewed, dataset, rows, make_artefact):
    told, untold = reviewed("told"), reviewed("untold")
    place = {"desk": "moderation", "kind": "keywords", "language": "en"}
    ended = {"state": "done", "ended_at": Now()}
    TrainingRun.objects.create(**place, **ended, dataset=dataset, recipe={}, result=told)
    assert (learned_of(told), learned_of(untold)) == (rows, None)
    # What is built on a version that doesn't tell can't tell either.
    folder = make_artefact("third")
    keep_learned(folder, dataset, "en", [untold])
    assert FILE not in read_manifest(folder).files
    assert ModelVersion.objects.count() == 2
