"""The only writer of the desk: opening, settling, judging, correcting, forgetting."""

import base64
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aimass_apps.people.models import User
from aimass_apps.people.roles import Role
from aimass_apps.registry.models import ModelVersion, Stage
from aimass_apps.submissions.decisions import current_decision
from aimass_apps.submissions.desks import room_of
from aimass_apps.submissions.models import Decision, Prediction, Review, Submission
from aimass_apps.submissions.settling import settle_complete
from triage import demo, intake, queries
from triage.models import Assessment, Visit

pytestmark = pytest.mark.django_db

MILD = "Runny nose and a slight cough for two days."
CHEST = "Crushing central chest pain for 40 minutes, sweating."
APPENDIX = "appendicitis"


@pytest.fixture
def clinician() -> User:
    return User.objects.create_user("ana", role=Role.CLINICIAN)


@pytest.fixture
def colleague() -> User:
    return User.objects.create_user("ben", role=Role.CLINICIAN)


@pytest.fixture
def lead() -> User:
    return User.objects.create_user("lea", role=Role.CLINICAL_LEAD)


def version(kind: str, stage: str = Stage.LIVE) -> ModelVersion:
    number = ModelVersion.objects.filter(kind=kind).count() + 1
    manifest = {"labels": [], "thresholds": {}, "metrics": {}}
    return ModelVersion.objects.create(
        desk="triage", kind=kind, language="any", number=number, name=kind, stage=stage, manifest=manifest
    )


def open_visit(by: User, text: str = MILD, **changed: Any) -> Assessment:
    given: dict[str, Any] = {
        "reference": "R 1", "age_years": 30.0, "sex": "female", "pregnant": False, "vitals": {"heart_rate": 80.0},
    }  # fmt: skip
    return intake.open_visit(by=by, text=text, **(given | changed))


def answer(assessment: Assessment, kind: str, scores: dict[str, float] | None) -> None:
    """Store one version's answer as the ledger does; None is a failure."""
    done = {"state": "done", "scores": scores, "done_at": timezone.now()} if scores else {"state": "failed"}
    assessment.submission.predictions.filter(version__kind=kind).update(**done)
    with transaction.atomic():
        settle_complete([assessment.submission_id])
    assessment.refresh_from_db()


@pytest.fixture
def ready(clinician: User) -> Assessment:
    """An assessment whose models answered: appendicitis first."""
    version("svm")
    assessment = open_visit(clinician)
    answer(assessment, "svm", {APPENDIX: 0.8, "common_cold": 0.2})
    return assessment


def test_without_any_live_model_a_person_gets_it_at_once(clinician: User) -> None:
    assessment = open_visit(clinician)
    assert assessment.state == Assessment.State.READY
    assert assessment.urgency == "soon"
    assert assessment.sealed_outcome["models"] == []
    assert {reason["code"] for reason in assessment.sealed_outcome["reasons"]} >= {"no_models"}
    assert current_decision(assessment.submission).action == "propose_soon"


def test_it_waits_for_every_live_model_and_for_no_shadow(clinician: User) -> None:
    version("svm")
    version("bert")
    version("bert", Stage.SHADOW)
    assessment = open_visit(clinician)
    assert assessment.state == Assessment.State.SCORING
    answer(assessment, "svm", {APPENDIX: 1.0})
    assert assessment.state == Assessment.State.SCORING
    assessment.submission.predictions.filter(decisive=True, state="waiting").update(
        state="done", scores={APPENDIX: 0.9}, done_at=timezone.now()
    )
    settle_complete([assessment.submission_id])
    assessment.refresh_from_db()
    assert assessment.state == Assessment.State.READY
    assert [model["state"] for model in assessment.sealed_outcome["models"]] == ["done", "done"]


def test_a_visit_goes_before_posts(clinician: User) -> None:
    version("svm")
    assessment = open_visit(clinician)
    assert assessment.submission.predictions.get().lane == Prediction.Lane.INTERACTIVE


@pytest.mark.parametrize("scores", [None, {"common_cold": 1.0, "urgency:self_care": 1.0}])
def test_no_model_lowers_what_a_safety_rule_asks_for(clinician: User, scores: dict[str, float] | None) -> None:
    version("svm")
    assessment = open_visit(clinician, CHEST, age_years=61.0)
    answer(assessment, "svm", scores)
    assert assessment.urgency in {"immediate", "very_urgent"}
    assert assessment.sealed_outcome["red_flags"]


def test_a_failed_model_is_named_and_never_lowers(clinician: User) -> None:
    version("svm")
    assessment = open_visit(clinician)
    answer(assessment, "svm", None)
    assert assessment.state == Assessment.State.READY
    assert assessment.sealed_outcome["models"][0]["state"] == "failed"
    assert assessment.urgency == "soon"


def test_settling_many_takes_as_many_queries_as_settling_few(clinician: User) -> None:
    version("svm")
    counts = []
    for size in (2, 12):
        assessments = [open_visit(clinician) for _ in range(size)]
        ids = [assessment.submission_id for assessment in assessments]
        Prediction.objects.filter(submission__in=ids).update(
            state="done", scores={APPENDIX: 1.0}, done_at=timezone.now()
        )
        with CaptureQueriesContext(connection) as queries_made:
            settle_complete(ids)
        counts.append(len(queries_made))
        assert Assessment.objects.filter(submission__in=ids, state="ready").count() == size
        assert Decision.objects.filter(submission__in=ids).count() == size
    assert counts[0] == counts[1]


def test_a_late_model_is_not_waited_for_and_changes_nothing_later(clinician: User) -> None:
    version("svm")
    version("bert")
    assessment = open_visit(clinician)
    answer(assessment, "svm", {APPENDIX: 1.0})
    intake.stop_waiting(assessment=assessment)
    assessment.refresh_from_db()
    before = assessment.sealed_outcome
    assert assessment.state == Assessment.State.READY
    assert {model["kind"]: model["state"] for model in before["models"]} == {"svm": "done", "bert": "late"}
    intake.confirm(assessment=assessment, by=clinician, seen=None)
    answer(assessment, "bert", {"common_cold": 1.0})
    assert assessment.sealed_outcome == before
    assert assessment.state == Assessment.State.CLOSED
    assert assessment.submission.decisions.count() == 2


def test_confirming_records_review_decision_and_what_was_shown(ready: Assessment, clinician: User) -> None:
    review = intake.confirm(assessment=ready, by=clinician, seen=None, seconds=4.2, comment="as seen")
    ready.refresh_from_db()
    assert ready.state == Assessment.State.CLOSED
    assert ready.final_urgency == ready.urgency
    assert review.labels == {"condition": APPENDIX, "urgency": ready.urgency}
    assert review.shown["condition"] == APPENDIX
    [shown] = review.shown["versions"].values()
    assert shown["top"][APPENDIX] == 0.8
    assert Review.objects.get().comment == "as seen"
    decision = current_decision(ready.submission)
    assert decision.review == review
    assert decision.action == f"set_{ready.urgency}"
    assert decision.reverses.policy_version == ready.policy_version


def override(assessment: Assessment, by: User, **changed: Any) -> Review:
    given = {"seen": None, "condition": "common_cold", "urgency": "self_care", "reason": "examination"}
    return intake.override(assessment=assessment, by=by, **(given | changed))


def test_overriding_needs_a_coded_reason(ready: Assessment, clinician: User) -> None:
    for reason in ("", "because", "awaiting_tests"):
        with pytest.raises(intake.NotJudgeable):
            override(ready, clinician, reason=reason)
    assert not Review.objects.exists()
    review = override(ready, clinician)
    ready.refresh_from_db()
    assert (ready.final_urgency, review.reason) == ("self_care", "examination")
    assert review.labels == {"condition": "common_cold", "urgency": "self_care"}
    assert current_decision(ready.submission).reasons == ["examination"]


def test_an_override_that_changes_nothing_is_refused(ready: Assessment, clinician: User) -> None:
    with pytest.raises(intake.NotJudgeable, match="confirm it instead"):
        override(ready, clinician, condition=APPENDIX, urgency=ready.urgency)


def test_an_unknown_urgency_is_refused(ready: Assessment, clinician: User) -> None:
    with pytest.raises(intake.NotJudgeable):
        override(ready, clinician, urgency="tomorrow")


def test_below_the_safety_floor_only_with_a_comment(clinician: User) -> None:
    assessment = open_visit(clinician, CHEST, age_years=61.0)
    with pytest.raises(intake.NotJudgeable, match="safety rule"):
        override(assessment, clinician, comment="  ")
    assert not Review.objects.exists()
    override(assessment, clinician, comment="Muscle strain, normal ECG and troponin twice.")
    assessment.refresh_from_db()
    assert assessment.final_urgency == "self_care"


def test_deferring_keeps_it_open(ready: Assessment, clinician: User) -> None:
    with pytest.raises(intake.NotJudgeable):
        intake.defer(assessment=ready, by=clinician, seen=None, reason="examination")
    first = intake.defer(assessment=ready, by=clinician, seen=None, reason="awaiting_tests")
    ready.refresh_from_db()
    assert ready.state == Assessment.State.DEFERRED
    assert list(queries.open_assessments(by=clinician)) == [ready]
    second = intake.confirm(assessment=ready, by=clinician, seen=first.pk)
    assert second.replaces == first


def test_a_colleague_may_take_up_what_was_deferred(ready: Assessment, clinician: User, colleague: User) -> None:
    first = intake.defer(assessment=ready, by=clinician, seen=None, reason="senior")
    assert intake.confirm(assessment=ready, by=colleague, seen=first.pk).by == colleague


def test_two_clinicians_at_once_one_is_told(ready: Assessment, clinician: User, colleague: User) -> None:
    intake.confirm(assessment=ready, by=clinician, seen=None)
    with pytest.raises(intake.NotJudgeable, match="ana"):
        override(ready, colleague)
    assert Review.objects.count() == 1


def test_a_correction_names_what_it_replaces(ready: Assessment, clinician: User) -> None:
    first = intake.confirm(assessment=ready, by=clinician, seen=None)
    second = override(ready, clinician, seen=first.pk)
    third = override(ready, clinician, seen=second.pk, condition=None, urgency="soon", reason="tests")
    assert [third.replaces, second.replaces, first.replaces] == [second, first, None]
    ready.refresh_from_db()
    assert ready.final_urgency == "soon"
    decisions = list(ready.submission.decisions.order_by("pk"))
    assert [decision.reverses for decision in decisions] == [None, *decisions[:-1]]


def test_only_the_judge_or_a_lead_corrects(ready: Assessment, clinician: User, colleague: User, lead: User) -> None:
    first = intake.confirm(assessment=ready, by=clinician, seen=None)
    with pytest.raises(intake.NotJudgeable, match="clinical lead"):
        override(ready, colleague, seen=first.pk)
    assert override(ready, lead, seen=first.pk).by == lead


def test_taking_back_waits_for_a_judgement_again(ready: Assessment, clinician: User) -> None:
    with pytest.raises(intake.NotJudgeable):
        intake.withdraw(assessment=ready, by=clinician, seen=None, reason="slip")
    first = intake.confirm(assessment=ready, by=clinician, seen=None)
    second = intake.withdraw(assessment=ready, by=clinician, seen=first.pk, reason="slip")
    ready.refresh_from_db()
    assert (ready.state, ready.final_urgency) == (Assessment.State.READY, "")
    assert list(queries.examples(timezone.now())) == []
    assert intake.confirm(assessment=ready, by=clinician, seen=second.pk).replaces == second


def test_nothing_is_half_written(ready: Assessment, clinician: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_given: object) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr(intake, "record_decision", broken)
    with pytest.raises(RuntimeError):
        intake.confirm(assessment=ready, by=clinician, seen=None)
    ready.refresh_from_db()
    assert ready.state == Assessment.State.READY
    assert not Review.objects.exists()


def test_what_is_still_scored_is_not_judged(clinician: User) -> None:
    version("svm")
    assessment = open_visit(clinician)
    with pytest.raises(intake.NotJudgeable, match="still at work"):
        intake.confirm(assessment=assessment, by=clinician, seen=None)


def test_assessing_again_keeps_who_and_measures_anew(ready: Assessment, clinician: User, colleague: User) -> None:
    again = intake.reassess(visit=ready.visit, by=colleague, vitals={"heart_rate": 130.0}, text=CHEST)
    ready.refresh_from_db()
    assert (ready.current, again.current) == (False, True)
    facts = again.submission.sealed_facts
    assert (facts["age_years"], facts["vitals"]) == (30.0, {"heart_rate": 130.0})
    assert again.asked_by == colleague
    with pytest.raises(intake.NotJudgeable, match="newer"):
        intake.confirm(assessment=ready, by=clinician, seen=None)


def test_the_database_refuses_two_current_assessments(ready: Assessment, clinician: User) -> None:
    other = open_visit(clinician)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=other.pk).update(visit=ready.visit)


def test_examples_are_the_latest_judgements_up_to_a_moment(ready: Assessment, clinician: User) -> None:
    first = intake.confirm(assessment=ready, by=clinician, seen=None)
    between = timezone.now()
    override(ready, clinician, seen=first.pk, condition=None)
    [old], [new] = list(queries.examples(between)), list(queries.examples(timezone.now()))
    assert old.labels == {APPENDIX: True, f"urgency:{ready.urgency}": True}
    assert new.labels == {"urgency:self_care": True}
    space = set(room_of("triage").label_space())
    assert {*old.labels, *new.labels} <= space


def test_own_visits_come_first_then_urgency_then_waiting(clinician: User, colleague: User) -> None:
    now = timezone.now()
    theirs = open_visit(colleague, CHEST, age_years=61.0)
    young = open_visit(clinician, opened_at=now - timedelta(minutes=5))
    old = open_visit(clinician, opened_at=now - timedelta(minutes=50))
    urgent = open_visit(clinician, CHEST, age_years=61.0)
    listed = list(queries.open_assessments(by=clinician))
    assert listed == [urgent, old, young, theirs]
    assert list(queries.open_assessments(by=clinician, mine=True)) == [urgent, old, young]
    assert list(queries.open_assessments(by=clinician, urgency="soon")) == [old, young]


@pytest.mark.parametrize("written", ["R 1", " r  1 ", "r 1"])
def test_a_reference_is_found_however_it_is_written(clinician: User, written: str) -> None:
    assessment = open_visit(clinician)
    open_visit(clinician, reference="R 11")
    open_visit(clinician, reference="")
    assert list(queries.with_reference(written)) == [assessment]
    assert list(queries.with_reference("  ")) == []


def test_demo_visits_load_once_and_go_in_one_step(clinician: User) -> None:
    own = open_visit(clinician)
    count = len(demo.demo_visits())
    assert demo.load_demo() == count
    assert demo.load_demo() == 0
    some = Assessment.objects.filter(visit__is_demo=True).first()
    first = intake.confirm(assessment=some, by=clinician, seen=None)
    intake.withdraw(assessment=some, by=clinician, seen=first.pk, reason="slip")
    assert demo.wipe_demo() == count
    assert list(Visit.objects.all()) == [own.visit]
    assert list(Submission.objects.all()) == [own.submission]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_demo_visits_are_of_every_level_and_read_as_they_should() -> None:
    rows = demo.demo_visits()
    assert {row["level"] for row in rows} == {"immediate", "very_urgent", "urgent", "soon", "self_care"}
    assert len({row["reference"] for row in rows}) == len(rows) >= 30


def test_demo_needs_a_clinician() -> None:
    with pytest.raises(demo.NobodyToOpenVisits):
        demo.load_demo()


MARK = "zqx-marker-7731"


def _dump() -> str:
    """Every row of every table as text, as a plain copy of the database would hold it."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')  # noqa: S608 - names from the database itself
            parts += [row[0] for row in cursor.fetchall()]
    return "\n".join(parts)


def _messages(broker: str) -> list[str]:
    """What waits in the broker: each message, and its body decoded."""
    store = redis.Redis.from_url(broker.replace("redis+socket://", "unix://"))
    lists = [key for key in store.scan_iter("*") if store.type(key) == b"list"]
    waiting = [message.decode() for key in lists for message in store.lrange(key, 0, -1)]
    return waiting + [base64.b64decode(json.loads(message)["body"]).decode() for message in waiting]


def test_no_table_and_no_log_holds_a_word_of_a_person(
    clinician: User,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Callable[..., Any],
    broker: str,
) -> None:
    version("svm")
    text = f"Runny nose {MARK} since Monday, chest pain {MARK}."
    with caplog.at_level(logging.DEBUG), django_capture_on_commit_callbacks(execute=True):
        assessment = open_visit(clinician, text, reference=f"ref {MARK}")
        answer(assessment, "svm", {APPENDIX: 1.0})
        intake.defer(assessment=assessment, by=clinician, seen=None, reason="senior", comment=f"ask {MARK}")
    assert MARK in assessment.submission.content
    dump = _dump()
    assert MARK not in dump
    assert MARK.encode().hex() not in dump
    assert assessment.submission.content_hash in dump
    assert MARK not in caplog.text
    messages = _messages(broker)
    assert messages, "the doorbell left no message to look at"
    assert not any(MARK in message for message in messages)


def test_what_stays_plain_beside_a_review_is_codes_alone(ready: Assessment, clinician: User) -> None:
    review = intake.confirm(assessment=ready, by=clinician, seen=None)
    plain = json.dumps([review.shown, review.labels, *(each.reasons for each in ready.submission.decisions.all())])
    assert MILD.split()[0] not in plain
    assert "R 1" not in plain
