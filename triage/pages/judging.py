"""What a clinician does with a proposal: confirm, change, defer, take a lower urgency, take back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from aimass_apps.people.access import needs, person_of
from aimass_apps.submissions.models import Review
from triage import intake
from triage.forms.judgement import ChangeForm, ConfirmForm, DeferForm, LowerForm, WithdrawForm
from triage.models import Assessment
from triage.presenters.visit import visit_page

FORMS: dict[str, type[forms.Form]] = {
    "confirm": ConfirmForm,
    "override": ChangeForm,
    "defer": DeferForm,
    "lower": LowerForm,
    "withdraw": WithdrawForm,
}
WRITERS: dict[str, Callable[..., Review]] = {
    "confirm": intake.confirm,
    "override": intake.override,
    "defer": intake.defer,
    "lower": intake.lower,
    "withdraw": intake.withdraw,
}
DONE = {
    "confirm": _("Confirmed."),
    "override": _("Your judgement is recorded."),
    "defer": _("Deferred: it stays in the list."),
    "lower": _("The lower urgency counts: it still waits for a judgement."),
    "withdraw": _("Taken back: it waits for a judgement again."),
}


@require_POST
@sensitive_post_parameters()
@needs("triage.assess")
def judge(request: HttpRequest, public_id: UUID, verdict: str) -> HttpResponse:
    assessment = get_object_or_404(Assessment.objects.select_related("visit__opened_by"), public_id=public_id)
    form = FORMS[verdict](request.POST)
    if not form.is_valid():
        return _again(request, assessment, verdict, form)
    try:
        WRITERS[verdict](assessment=assessment, by=person_of(request), **form.cleaned_data)
    except intake.NotJudgeable as error:
        form.add_error(None, str(error))
        return _again(request, assessment, verdict, form)
    messages.success(request, DONE[verdict])
    return redirect("triage:visit", public_id=assessment.visit.public_id)


def _again(request: HttpRequest, assessment: Assessment, verdict: str, form: forms.Form) -> HttpResponse:
    """The page of the visit with what is wrong, in the dialog where it was said."""
    page: dict[str, Any] = visit_page(assessment.visit, person_of(request), timezone.now())
    page |= {f"{verdict}_form": form, "wrong": verdict}
    return render(request, "triage/visit.html", page, status=422)
