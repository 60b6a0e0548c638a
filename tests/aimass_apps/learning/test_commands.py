"""What the commands of the loop have in common, and that those of its page are real ones."""

import re
import shlex
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command, load_command_class
from django.core.management import get_commands as commands
from django.utils import timezone

from aimass_apps.learning.data_folder import data_folder
from aimass_apps.learning.models import Dataset, Measurement
from aimass_apps.people.accounts import person_named
from aimass_apps.people.models import User
from aimass_apps.registry.models import ModelVersion
from tests.aimass_apps.learning.frozen_posts import freeze_posts

LOOP = (Path(django_settings.BASE_DIR) / "docs" / "howto" / "the-loop.md").read_text(encoding="utf-8").split("```")[1]


def lines(text: str) -> list[list[str]]:
    """The management commands in a text, in order, as words."""
    found = re.findall(r"manage\.py ([a-z_]+ [^`\n]*|[a-z_]+)", text)
    return [shlex.split(each, comments=True) for each in found]


@pytest.mark.parametrize("words", lines(LOOP), ids=lambda words: words[0])
def test_every_command_of_the_loop_takes_what_its_page_gives_it(words):
    name, *arguments = words
    parser = load_command_class(commands()[name], name).create_parser("manage.py", name)
    assert parser.parse_args(arguments)  # CommandError for one that it does not know


def test_the_page_installs_what_it_promotes():
    words = lines(LOOP)
    names = [each[0] for each in words]
    assert names.index("train") < names.index("install_version") < names.index("promote")
    trained = words[names.index("train")]
    assert words[names.index("install_version")][1] == trained[trained.index("--out") + 1]


@pytest.mark.parametrize(
    ("given", "variable", "expected"),
    [("here", "", "here"), ("here", "there", "here"), (None, "there", "there"), (None, "", None)],
)
def test_data_comes_from_the_option_or_else_from_the_variable(monkeypatch, given, variable, expected):
    monkeypatch.setenv("AIMASS_DATA", variable)
    assert data_folder(Path(given) if given else None) == (Path(expected) if expected else None)


@pytest.mark.django_db
@pytest.mark.parametrize("reviews", [True, False])
def test_a_training_finds_its_files_by_the_variable_with_reviews_and_without(tmp_path, monkeypatch, reviews):
    pytest.importorskip("datasketch")
    asked = {}

    def note(*_, data=None, **__):
        asked["data"] = data
        return tmp_path

    monkeypatch.setattr("aimass_apps.learning.runs.train_on_reviews", note)
    monkeypatch.setattr("aimass_apps.ml.fit.train.train_recipe", lambda recipe, data, *_: note(data=data))
    monkeypatch.setenv("AIMASS_DATA", str(tmp_path / "sets"))
    more = {}
    if reviews:
        more["dataset"] = str(freeze_posts(User.objects.create_user("reviewer", role="moderator")))
    call_command("train", recipe=tmp_path / "any.toml", out=tmp_path / "out", **more)
    assert asked["data"] == tmp_path / "sets"


WRITES = {
    "install_version": lambda: ModelVersion.objects.latest("pk").created_by,
    "freeze_dataset": lambda: Dataset.objects.latest("pk").created_by,
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("by", ["", "engineer"])
def test_a_command_writes_down_who_ran_it(make_artefact, name, by):
    freeze_posts(User.objects.create_user("engineer", role="ml_engineer"), 4)
    arguments = [str(make_artefact())] if name == "install_version" else ["--desk", "moderation"]
    call_command(name, *arguments, *(["--by", by] if by else []))
    assert WRITES[name]().username == (by or "system")


@pytest.mark.django_db
def test_a_name_that_nobody_has_changes_nothing(make_artefact):
    with pytest.raises(CommandError, match="Nobody here has the user name"):
        call_command("install_version", str(make_artefact()), by="nobody")
    assert not ModelVersion.objects.exists()


@pytest.mark.django_db
def test_nobody_trains_for_hours_to_hear_that_the_name_is_unknown(tmp_path):
    with pytest.raises(CommandError, match="--by takes that of an account"):
        call_command("train", recipe=tmp_path / "nowhere.toml", out=tmp_path / "out", install=True, by="nobody")
    assert not list(tmp_path.iterdir())


@pytest.mark.django_db
def test_what_measured_files_is_written_down_with_a_time(make_artefact):
    from aimass_apps.learning.evidence import keep_reports
    from aimass_apps.registry.store import install_version

    version = install_version(folder=make_artefact())
    keep_reports(version=version, reports=[], by=person_named())
    kept = Measurement.objects.get()
    assert (kept.state, kept.by.username) == ("done", "system")
    assert kept.done_at <= timezone.now()
