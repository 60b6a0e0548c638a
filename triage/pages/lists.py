"""The list of visits, and the search by reference."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from aimass_apps.people.access import needs, person_of
from triage import queries
from triage.levels import LEVELS
from triage.models import URGENCIES
from triage.presenters.visit import list_row

PAGE_SIZE = 50


@require_GET
@needs("triage.view")
def visits(request: HttpRequest) -> HttpResponse:
    by = person_of(request)
    tab = "closed" if request.GET.get("tab") == "closed" else "open"
    mine = request.GET.get("mine") == "1"
    urgency = request.GET.get("urgency", "")
    urgency = urgency if urgency in LEVELS else ""
    read = queries.closed_assessments if tab == "closed" else queries.open_assessments
    page = Paginator(read(by=by, mine=mine, urgency=urgency), PAGE_SIZE).get_page(request.GET.get("page"))
    now = timezone.now()
    shown = {
        "tab": tab,
        "mine": mine,
        "urgency": urgency,
        "urgencies": URGENCIES,
        "page": page,
        "rows": [list_row(assessment, by, now) for assessment in page],
        "filtered": mine or bool(urgency),
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "triage/_visits.html" if part else "triage/visits.html", shown)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("reference")
@needs("triage.view")
def search(request: HttpRequest) -> HttpResponse:
    """By POST, so that no reference ever stands in an address or an access log; a reload goes back to the list."""
    if request.method == "GET":
        return redirect("triage:visits")
    by = person_of(request)
    reference = request.POST.get("reference", "")[:80]
    found = list(queries.with_reference(reference)[:PAGE_SIZE])
    if len(found) == 1:
        return redirect("triage:visit", public_id=found[0].visit.public_id)
    now = timezone.now()
    rows = [list_row(assessment, by, now) for assessment in found]
    return render(request, "triage/search.html", {"rows": rows, "reference": reference})
