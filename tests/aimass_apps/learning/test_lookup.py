"""How commands find a version by what was typed."""

import pytest

from aimass_apps.learning.lookup import NoSuchVersion
from aimass_apps.learning.management.commands.evaluate import find_version
from aimass_apps.registry.artefacts import STARTERS, read_manifest
from aimass_apps.registry.store import install_version

pytestmark = pytest.mark.django_db


def test_a_version_is_found_by_folder_starter_and_name(make_artefact, settings, tmp_path):
    settings.ARTEFACT_CACHE = tmp_path / "cache"
    folder = make_artefact()
    version = install_version(folder=folder)
    assert find_version(str(folder)) == folder
    assert find_version("moderation-svm-en") == STARTERS / "moderation-svm-en"
    assert read_manifest(find_version(str(version))).files == read_manifest(folder).files


def test_an_unknown_version_names_the_known():
    with pytest.raises(NoSuchVersion, match="none yet"):
        find_version("moderation-bert-en-9")
