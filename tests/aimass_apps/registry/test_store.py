import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from aimass_apps.inference.predictor import Item
from aimass_apps.inference.predictor_cache import LoadedPredictors
from aimass_apps.registry import store
from aimass_apps.registry.artefacts import BrokenArtefact
from aimass_apps.registry.models import ArtefactFile, ModelVersion
from aimass_apps.registry.starters import install_starters
from aimass_apps.registry.store import install_version, unpack_version
from tests.support.patience import patience

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_cache(settings, tmp_path):
    settings.ARTEFACT_CACHE = tmp_path / "cache"


def test_an_installed_version_comes_out_whole_on_another_machine(make_artefact):
    folder = make_artefact()
    version = install_version(folder=folder)
    shutil.rmtree(folder)
    unpacked = unpack_version(version)
    assert sorted(path.name for path in unpacked.iterdir()) == ["card.md", "version.json", "words.json"]
    assert LoadedPredictors().get(version.pk).predict([Item("you nitwit")])[0].scores["insult"] > 0.5


def test_the_same_artefact_is_installed_once_and_another_gets_the_next_number(make_artefact):
    first = install_version(folder=make_artefact("first"))
    assert install_version(folder=make_artefact("second", term="twit")).number == first.number + 1
    assert ModelVersion.objects.count() == 2


def test_the_same_folder_twice_is_one_version(make_artefact):
    folder = make_artefact()
    assert install_version(folder=folder) == install_version(folder=folder)


def test_an_altered_file_is_refused_and_leaves_nothing_behind(make_artefact):
    folder = make_artefact()
    (folder / "words.json").write_text("{}")
    with pytest.raises(BrokenArtefact, match="differs"):
        install_version(folder=folder)
    assert not ModelVersion.objects.exists()


def test_a_version_for_a_desk_that_is_not_here_is_refused(make_artefact, settings):
    settings.DESKS = ["triage"]
    with pytest.raises(BrokenArtefact, match="a desk that is not here"):
        install_version(folder=make_artefact())
    assert not ModelVersion.objects.exists()


def test_a_damaged_copy_on_this_machine_is_fetched_again(make_artefact):
    version = install_version(folder=make_artefact())
    (unpack_version(version) / "words.json").write_text("{}")
    assert LoadedPredictors().get(version.pk).predict([Item("hello")])


def test_what_is_damaged_in_the_database_never_answers(make_artefact):
    version = install_version(folder=make_artefact())
    ArtefactFile.objects.filter(name="words.json").update(content=b"{}")
    with pytest.raises(BrokenArtefact):
        LoadedPredictors().get(version.pk)


def test_a_starter_goes_live_once_and_never_in_place_of_what_people_promoted(make_artefact, tmp_path):
    make_artefact("starter")
    assert [each.went_live for each in install_starters(tmp_path)] == [True]
    assert [each.went_live for each in install_starters(tmp_path)] == [False]
    ModelVersion.objects.update(starter=False)
    make_artefact("newer", term="twit")
    assert [each.went_live for each in install_starters(tmp_path)] == [False, False]


@pytest.mark.django_db(transaction=True)
def test_the_first_versions_of_a_place_installed_at_once_get_a_number_each(make_artefact, monkeypatch):
    """No row is there yet that could be locked: each would count from nothing to number 1."""
    folders = [make_artefact(f"first-{number}", term=f"twit{number}") for number in range(3)]
    together = threading.Barrier(3, timeout=patience(20))
    verify = store.verify

    def verify_and_wait(folder: Path) -> None:
        verify(folder)
        together.wait()

    def install(folder: Path) -> int:
        try:
            return install_version(folder=folder).number
        finally:
            connection.close()

    monkeypatch.setattr(store, "verify", verify_and_wait)
    with ThreadPoolExecutor(3) as threads:
        assert sorted(threads.map(install, folders)) == [1, 2, 3]
