"""The catalogue to read: conditions, findings, safety rules, and how good the models are that were made of them.

What is typed goes by POST: it may be a person's complaint, and belongs in no address and no access log.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from aimass_apps.people.access import needs
from triage.knowledge import search
from triage.knowledge.load import load_catalogue
from triage.knowledge.red_flags import load_rules, rules_version
from triage.models import URGENCIES
from triage.presenters import catalogue
from triage.presenters.evidence import runs_on_tests, tests_of_versions

PAGE_SIZE = 40
MOST_FOUND = 200  # rows of a search, which has no further pages: they would need what was typed in an address
LONGEST = 80  # characters of a search
may_read = needs("catalogue.view")


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("q")
@may_read
def conditions(request: HttpRequest) -> HttpResponse:
    asked = _asked(request, "urgency", "system")
    found = search.find_conditions(asked["q"], urgency=asked["urgency"], system=asked["system"])
    choices = {
        "urgencies": URGENCIES,
        "systems": [(each, catalogue.system_name(each)) for each in search.systems()],
    }
    return _listed(request, "conditions", asked, found, catalogue.condition_row, choices)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("q")
@may_read
def findings(request: HttpRequest) -> HttpResponse:
    asked = _asked(request, "kind")
    found = search.find_findings(asked["q"], kind=asked["kind"])
    return _listed(request, "findings", asked, found, catalogue.finding_row, {"kinds": catalogue.KINDS.items()})


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("q")
@may_read
def rules(request: HttpRequest) -> HttpResponse:
    asked = _asked(request, "urgency")
    found = search.find_rules(asked["q"], level=asked["urgency"])
    choices = {"urgencies": URGENCIES[:3], "version": rules_version()}
    return _listed(request, "rules", asked, found, catalogue.rule_row, choices)


@require_GET
@may_read
def condition(request: HttpRequest, name: str) -> HttpResponse:
    known = load_catalogue().conditions.get(name)
    if known is None:
        raise Http404
    shown = catalogue.condition_page(known)
    return render(request, "triage/catalogue/condition.html", shown | {"crumbs": _crumbs("conditions", shown["name"])})


@require_GET
@may_read
def finding(request: HttpRequest, name: str) -> HttpResponse:
    known = load_catalogue().findings.get(name)
    if known is None:
        raise Http404
    shown = catalogue.finding_page(known)
    return render(request, "triage/catalogue/finding.html", shown | {"crumbs": _crumbs("findings", shown["name"])})


@require_GET
@may_read
def evidence(request: HttpRequest) -> HttpResponse:
    shown = {"tabs": _tabs("evidence"), "tests": tests_of_versions(), "runs": runs_on_tests()}
    return render(request, "triage/catalogue/evidence.html", shown)


def _asked(request: HttpRequest, *filters: str) -> dict[str, str]:
    given = request.POST if request.method == "POST" else request.GET
    # An address never carries a search: one that is typed into it is not looked at.
    written = request.POST.get("q", "")[:LONGEST].strip()
    return {"q": written, **{name: given.get(name, "")[:LONGEST] for name in filters}}


def _listed(
    request: HttpRequest,
    part: str,
    asked: Mapping[str, str],
    found: Sequence[Any],
    row: Callable[[Any], dict[str, Any]],
    choices: Mapping[str, Any],
) -> HttpResponse:
    """A page of the list, or its part alone for htmx. A search shows its best hits at once."""
    searched, alone = request.method == "POST", request.headers.get("HX-Request") == "true"
    size, number = (MOST_FOUND, None) if searched else (PAGE_SIZE, request.GET.get("page"))
    page = Paginator(found, size).get_page(number)
    shown = {
        **choices,
        "alone": alone,
        "asked": asked,
        "tabs": _tabs(part),
        "page": page,
        "rows": [row(each) for each in page],
        "searched": searched,
        "more": max(0, len(found) - MOST_FOUND),
    }
    return render(request, f"triage/catalogue/{'_' if alone else ''}{part}.html", shown)


def _crumbs(part: str, name: str) -> list[tuple[str, str]]:
    words = {"conditions": _("Catalogue: conditions"), "findings": _("Catalogue: findings")}
    return [(words[part], reverse(f"triage:{part}")), (name, "")]


def _tabs(active: str) -> list[dict[str, Any]]:
    catalogue = load_catalogue()
    parts = [
        ("conditions", _("Conditions"), "book", len(catalogue.conditions)),
        ("findings", _("Findings"), "search", len(catalogue.findings)),
        ("rules", _("Safety rules"), "siren", len(load_rules())),
        ("evidence", _("Evidence"), "chart", None),
    ]
    return [
        {"label": label, "url": reverse(f"triage:{name}"), "icon": icon, "count": count, "active": name == active}
        for name, label, icon, count in parts
    ]
