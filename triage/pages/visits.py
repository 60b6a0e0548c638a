"""One visit: opening it, watching its assessment arrive, asking again with new findings."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from aimass_apps.people.access import needs, person_of
from triage import intake
from triage.forms.visit import TEXT_LIMIT, MeasurementsForm, ReassessForm, VisitForm
from triage.llm.opinion import destination
from triage.models import Assessment, Visit
from triage.presenters.understood import understood
from triage.presenters.visit import LATE_AFTER, initial_measurements, visit_page


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@needs("triage.assess")
def new_visit(request: HttpRequest) -> HttpResponse:
    form = VisitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        assessment = intake.open_visit(
            by=person_of(request),
            reference=cleaned["reference"],
            age_years=cleaned["age_years"],
            sex=cleaned["sex"],
            pregnant=cleaned["pregnant"],
            after_birth=cleaned["after_birth"],
            vitals=cleaned["vitals"],
            text=cleaned["text"],
            corrections=cleaned["corrected"],
        )
        return redirect("triage:visit", public_id=assessment.visit.public_id)
    page = {"form": form, "language_model": destination(), **_read_back(form)}
    return render(request, "triage/new_visit.html", page, status=422 if form.is_bound else 200)


def _read_back(form: MeasurementsForm) -> dict[str, object]:
    """What is understood of the text as the form has it now."""
    text = form["text"].value() or ""
    try:
        corrections = form.fields["corrected"].clean(form["corrected"].value())
    except ValidationError:
        corrections = ()
    return understood(str(text)[:TEXT_LIMIT], corrections)


@require_GET
@needs("triage.view")
def visit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    shown = get_object_or_404(Visit.objects.select_related("opened_by"), public_id=public_id)
    return render(request, "triage/visit.html", visit_page(shown, person_of(request), timezone.now()))


@require_GET
@needs("triage.view")
def panel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What the visit page asks for until the assessment is there: 204 while nothing has changed."""
    current = get_object_or_404(Assessment, visit__public_id=public_id, current=True)
    now = timezone.now()
    if current.state == Assessment.State.SCORING:
        late = now - current.asked_at > LATE_AFTER
        if not late or request.GET.get("late") == "1":
            return HttpResponse(status=204)
    shown = get_object_or_404(Visit.objects.select_related("opened_by"), public_id=public_id)
    page = visit_page(shown, person_of(request), now)
    return render(request, "triage/_panel_and_actions.html", page)


@require_GET
@needs("triage.view")
def language_model(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What the card of a language model asks for while it waits: 204 while nothing has changed, and 286 (which ends
    htmx's asking) for an assessment that has had its turn.
    """
    assessment = get_object_or_404(Assessment.objects.select_related("visit__opened_by"), public_id=public_id)
    if not assessment.current:
        return HttpResponse(status=286)
    page = visit_page(assessment.visit, person_of(request), timezone.now())
    if str(page["opinions_waiting"]) == request.GET.get("waiting"):
        return HttpResponse(status=204)
    return render(request, "triage/_opinions_and_conditions.html", page)


@require_POST
@needs("triage.assess")
def stop_waiting(request: HttpRequest, public_id: UUID) -> HttpResponse:
    current = get_object_or_404(Assessment, visit__public_id=public_id, current=True)
    intake.stop_waiting(assessment=current)
    return redirect("triage:visit", public_id=public_id)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@needs("triage.assess")
def reassess(request: HttpRequest, public_id: UUID) -> HttpResponse:
    shown = get_object_or_404(Visit, public_id=public_id)
    current = shown.assessments.select_related("submission").get(current=True)
    form = ReassessForm(
        request.POST or None,
        facts=current.submission.sealed_facts or {},
        asked_at=current.asked_at,
        initial=initial_measurements(current),
    )
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        intake.reassess(
            visit=shown,
            by=person_of(request),
            who={name: cleaned[name] for name in ("age_years", "sex", "pregnant", "after_birth")},
            vitals=cleaned["vitals"],
            text=cleaned["text"],
            corrections=cleaned["corrected"],
        )
        return redirect("triage:visit", public_id=public_id)
    page = {"form": form, "visit": shown, "language_model": destination(), **_read_back(form)}
    return render(request, "triage/reassess.html", page, status=422 if form.is_bound else 200)
