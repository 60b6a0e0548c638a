"""The language model on the status page, and the small one that this machine can run."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from aimass_apps.inference.kinds.llm.endpoint import Endpoint, answers
from aimass_apps.inference.predictor import Item, NoAnswer, Predictor, Span, load_predictor
from aimass_apps.operations import local_llm
from aimass_apps.operations.supervision.programs import later_programs
from aimass_apps.people.models import User
from aimass_apps.people.roles import Role
from aimass_apps.registry.models import ModelVersion
from tests.support.endpoint import KEY, FakeEndpoint
from tests.support.leftovers import Starter
from tests.support.patience import eventually, patience
from triage.llm.prompt import go_live, write_version

STATUS, CARD = "/status/", "/status/language-model/"


@pytest.fixture
def fake(settings: Any) -> Iterator[FakeEndpoint]:
    cache.clear()
    with FakeEndpoint().running() as endpoint:
        settings.LLM_URL, settings.LLM_KEY = endpoint.url, KEY
        yield endpoint
    cache.clear()


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(User.objects.create(username=role.value, role=role))
    return client


@pytest.mark.django_db
def test_the_status_page_tells_where_visits_go_and_whether_it_answers(fake: FakeEndpoint, settings: Any) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    assert CARD in administrator.get(STATUS).content.decode()
    card = administrator.get(CARD).content.decode()
    assert "It answers" in card
    assert "No version that asks it is in use, so no visit is sent to it." in card
    go_live(model="a-model", reason="for a test", by=None)
    assert "It is on this machine: no text leaves it." in administrator.get(CARD).content.decode()
    cache.clear()
    settings.LLM_URL, settings.LLM_ALLOW_HTTP = "http://llm.example/v1", False
    card = administrator.get(CARD).content.decode()
    assert "the endpoint is not encrypted, so nothing was sent" in card
    assert "sent to llm.example." in card
    assert fake.asked == []


@pytest.mark.django_db
def test_where_no_language_model_is_there_is_nothing_of_it(settings: Any) -> None:
    settings.LLM_URL = ""
    administrator = signed_in(Role.ADMINISTRATOR)
    assert CARD not in administrator.get(STATUS).content.decode()
    go_live(model="a-model", reason="for a test", by=None)
    assert CARD in administrator.get(STATUS).content.decode()
    assert "No endpoint is configured" in administrator.get(CARD).content.decode()
    assert signed_in(Role.CLINICIAN).get(CARD).status_code == 403


def test_the_worker_for_endpoints_runs_where_there_is_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AIMASS_LLM_URL", raising=False)
    assert "remote" not in [program.name for program in later_programs(tmp_path)]
    monkeypatch.setenv("AIMASS_LLM_URL", "https://llm.example/v1")
    monkeypatch.setenv("AIMASS_LLM_CONCURRENCY", "7")
    [remote] = [program for program in later_programs(tmp_path) if program.name == "remote"]
    assert {"--queues=remote", "--concurrency=7"} <= set(remote.command)


def test_without_its_packages_the_small_model_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AIMASS_LLM_FILE", str(tmp_path / "missing.gguf"))
    with pytest.raises(local_llm.NoLocalModel, match=r"make llm|There is no file"):
        local_llm.model_file()


def test_the_address_and_the_key_are_for_the_programs_of_this_installation() -> None:
    environment: dict[str, str] = {}
    port = local_llm.point_here(environment)
    assert environment["AIMASS_LLM_URL"] == f"http://127.0.0.1:{port}/v1"
    assert len(environment["AIMASS_LLM_KEY"]) >= 24


@pytest.fixture
def small_model(start: Starter) -> Iterator[Endpoint]:
    if not local_llm.is_installed():
        pytest.skip("the local language model is not installed: make llm")
    environment = {**os.environ, "AIMASS_THREADS": "1"}
    port = local_llm.point_here(environment)
    command = [sys.executable, "-m", "aimass_apps.operations.local_llm", f"--port={port}"]
    process = start(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    endpoint = Endpoint(environment["AIMASS_LLM_URL"], key=environment["AIMASS_LLM_KEY"], timeout=patience(240))
    eventually(lambda: not answers(endpoint) or process.poll() is not None, within=60)
    yield endpoint
    process.send_signal(signal.SIGTERM)
    assert process.wait(patience(30)) == 0


def outcome(predictor: Predictor, item: Item) -> tuple[str, tuple[Span, ...]]:
    try:
        [answer] = predictor.predict([item])
    except NoAnswer as none:
        return none.code, none.spans
    return "answered" if answer.scores else "nothing", answer.spans


@pytest.mark.slow
@pytest.mark.processes
def test_a_real_model_is_asked_and_held_to_the_text(small_model: Endpoint, settings: Any, tmp_path: Path) -> None:
    """It is too small to be right: whatever it says is either tied to the text, or no answer."""
    settings.LLM_URL, settings.LLM_KEY, settings.LLM_TIMEOUT = small_model.url, small_model.key, small_model.timeout
    assert answers(Endpoint(small_model.url, key="another")) == "http_401"
    write_version(tmp_path, model=local_llm.MODEL, **local_llm.ASKED_SHORTLY)
    text = "Runny nose and a slight cough for two days."
    code, spans = outcome(load_predictor(tmp_path), Item(text, {"age_years": 30.0, "sex": "female"}))
    assert code in {"answered", "unsupported", "outside_catalogue", "cut_off"}
    assert all(0 <= span.start <= span.end <= len(text) for span in spans)


@pytest.mark.django_db
def test_an_installed_small_model_goes_live_once_and_leaves_another_alone() -> None:
    go_live(model="first", reason="for a test", by=None)
    go_live(model="first", reason="for a test", by=None)
    go_live(model="second", reason="for a test", by=None)
    stages = list(ModelVersion.objects.filter(kind="llm").order_by("number").values_list("name", "stage"))
    assert stages == [("Language model first", "live"), ("Language model second", "candidate")]
