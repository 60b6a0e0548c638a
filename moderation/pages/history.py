"""Decided posts: search, and the way to reverse."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from aimass_apps.people.access import needs, person_of
from moderation import queries
from moderation.forms import HistoryForm
from moderation.presenters.evidence import short_reasons

PAGE = 25


@require_GET
@needs("moderation.view")
def history(request: HttpRequest) -> HttpResponse:
    """The latest first; by external id, author or our id."""
    form = HistoryForm(request.GET or None)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    posts = queries.history(
        search=asked.get("q", ""),
        outcome=asked.get("outcome", ""),
        by=person_of(request) if asked.get("mine") else None,
    )
    page = Paginator(posts, PAGE).get_page(request.GET.get("page"))
    rows = [{"post": post, "reasons": short_reasons(post)} for post in page]
    shown = {"form": form, "page": page, "rows": rows, "searched": any(asked.values())}
    return render(request, "moderation/history.html", shown)
