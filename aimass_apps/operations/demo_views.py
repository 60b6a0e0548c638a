"""Demo data at the press of a button; a worker feeds or wipes it, so that the page never waits."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from aimass_apps.operations.tasks import DEMO_QUEUE, FEED_TASK, WIPE_TASK
from aimass_apps.people.access import needs
from aimass_apps.queueing.doorbell import ring


@require_POST
@needs("system.demo")
def feed(request: HttpRequest) -> HttpResponse:
    """Ask a worker to feed the invented posts and visits that are not there yet."""
    if settings.PRODUCTION:
        messages.error(request, _("Invented posts and visits have no place in production."))
        return redirect("status")
    return _asked(request, FEED_TASK, _("A worker is adding the invented posts and visits."))


@require_POST
@needs("system.demo")
def wipe(request: HttpRequest) -> HttpResponse:
    """Ask a worker to remove the demo data and what came of it."""
    return _asked(request, WIPE_TASK, _("A worker is removing the demo data, with everything that came of it."))


def _asked(request: HttpRequest, task: str, text: str) -> HttpResponse:
    if ring(task, DEMO_QUEUE):
        messages.success(request, text)
    else:
        messages.error(request, _("The broker does not answer, so no worker got the request. Try again in a minute."))
    return redirect("status")
