"""Visits are opened and assessed again, each in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from aimass_apps.inference.kinds.ensemble.predictor import KIND as ENSEMBLE
from aimass_apps.inference.text.language import detect_language, languages_to_ask
from aimass_apps.people.models import User
from aimass_apps.submissions.ledger import Question, ask
from aimass_apps.submissions.models import Prediction
from aimass_apps.submissions.settling import settle_complete
from triage import DESK
from triage.intake.again import first_facts, next_facts, with_times
from triage.intake.settling import stop_waiting
from triage.knowledge.corrections import Correction
from triage.live_combiners import version_for
from triage.models import Assessment, Visit
from triage.queries import reference_hash
from triage.urgency.predictor import KIND as LAYER


def open_visit(
    *,
    by: User,
    reference: str,
    age_years: float,
    sex: str,
    pregnant: bool | None,
    vitals: Mapping[str, object],
    text: str,
    after_birth: bool = False,
    corrections: Sequence[Correction] = (),
    is_demo: bool = False,
    opened_at: datetime | None = None,
) -> Assessment:
    """Open a visit and ask the models, ahead of everything else that waits for them.

    `corrections` are what a person corrected of what was read.
    `opened_at` is when the person arrived, where that was earlier than now; `after_birth`: within six weeks after it.
    """
    who = {"age_years": age_years, "sex": sex, "pregnant": pregnant, "after_birth": after_birth}
    facts = first_facts({**who, "vitals": dict(vitals), **_corrected(corrections)}, timezone.now())
    with transaction.atomic():
        visit = Visit.objects.create(
            opened_by=by,
            sealed_reference=reference.strip() or None,
            reference_hash=reference_hash(reference),
            is_demo=is_demo,
            **({"opened_at": opened_at} if opened_at else {}),
        )
        return _ask(visit=visit, by=by, text=text, facts=facts)


def reassess(
    *,
    visit: Visit,
    by: User,
    vitals: Mapping[str, object],
    text: str,
    who: Mapping[str, object] | None = None,
    corrections: Sequence[Correction] = (),
) -> Assessment:
    """Ask again with new words and vital signs; the earlier assessment is kept, but no longer the current one.

    `who` puts age, sex or pregnancy right.

    A vital sign that is not given keeps its last value. The earlier urgency holds until somebody gives a reason for a
    lower one (`lower`).
    """
    with transaction.atomic():
        Visit.objects.select_for_update().get(pk=visit.pk)
        before = visit.assessments.get(current=True)
        # From here on nothing raises the earlier one any more: what it holds is what stands.
        stop_waiting(assessment=before)
        before = visit.assessments.select_related("submission").get(current=True)
        visit.assessments.filter(current=True).update(current=False)
        facts = with_times(before.submission.sealed_facts or {}, before.asked_at)
        facts = {name: value for name, value in facts.items() if name != "corrections"} | _corrected(corrections)
        facts |= who or {}
        facts = next_facts(facts, vitals, told_before=before.submission.content, text=text, now=timezone.now())
        return _ask(visit=visit, by=by, text=text, facts=facts, held=before.final_urgency or before.urgency)


def _corrected(corrections: Sequence[Correction]) -> dict[str, Any]:
    return {"corrections": [list(each) for each in corrections]} if corrections else {}


def _ask(*, visit: Visit, by: User, text: str, facts: dict[str, Any], held: str = "") -> Assessment:
    languages = languages_to_ask(text)
    question = Question(text=text, language=detect_language(text), languages=languages, facts=facts)
    [submission] = ask(desk=DESK, questions=[question], lane=Prediction.Lane.INTERACTIVE)
    assessment = Assessment.objects.create(
        visit=visit,
        submission=submission,
        asked_by=by,
        held=held,
        ensemble=version_for(ENSEMBLE, languages, submission.content_hash),
        urgency_layer=version_for(LAYER, languages, submission.content_hash),
    )
    # Where no model is live there is no answer to wait for.
    settle_complete([submission.pk])
    assessment.refresh_from_db()
    return assessment
