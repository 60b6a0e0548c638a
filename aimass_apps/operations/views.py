"""Health for machines, status for people."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from aimass_apps.operations import health
from aimass_apps.operations.language_model import is_known, language_model_status
from aimass_apps.operations.status import installation_status
from aimass_apps.people.access import needs


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as this process answers at all."""
    return JsonResponse({"status": "live"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when posts and visits can be scored, else 503 with what is missing."""
    problems = health.problems()
    if problems:
        return JsonResponse({"status": "not ready", "problems": problems}, status=503)
    return JsonResponse({"status": "ready"})


@never_cache
@require_safe
@needs("system.view")
def status(request: HttpRequest) -> HttpResponse:
    """Show what runs, what waits and what fails; the middle of the page renews itself."""
    polled = request.headers.get("HX-Request") == "true"
    template = "platform/_status_body.html" if polled else "platform/status.html"
    found = installation_status()
    known = "database" not in found.problems and is_known()
    page = {"status": found, "language_model": known, "production": settings.PRODUCTION}
    return render(request, template, page)


@never_cache
@require_safe
@needs("system.view")
def language_model(request: HttpRequest) -> HttpResponse:
    """The card of the language model, apart from the page: a slow endpoint must not make it slow."""
    return render(request, "platform/_status_language_model.html", {"model": language_model_status()})
