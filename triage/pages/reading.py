"""The read-back: what was understood of a text that is being written, without any model; and findings to add."""

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from aimass_apps.people.access import needs
from triage.forms.corrections import ReadForm
from triage.knowledge.corrections import Correction, corrected
from triage.knowledge.search import find_findings
from triage.presenters.understood import entry_name, packed, understood

OFFERED = 8  # findings of a search


@require_POST
@sensitive_post_parameters()
@needs("triage.assess")
def read(request: HttpRequest) -> HttpResponse:
    """Read the text as it stands, with what was corrected so far and one more correction."""
    form = ReadForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("; ".join(str(error) for errors in form.errors.values() for error in errors))
    corrections = form.cleaned_data["corrected"]
    change = form.cleaned_data["change"]
    if change is not None:
        corrections = corrected(corrections, change)
    return render(request, "triage/_understood.html", understood(form.cleaned_data["text"], corrections))


@require_POST
@needs("triage.assess")
def find(request: HttpRequest) -> HttpResponse:
    """Findings whose names hold what is written, to be added to what was read."""
    written = request.POST.get("find", "")[:80].strip()
    found = find_findings(written)[:OFFERED] if len(written) > 1 else []
    offers = [(entry_name(each.id), packed(Correction(each.id, "present"))) for each in found]
    return render(request, "triage/_offers.html", {"offers": offers, "written": written})
