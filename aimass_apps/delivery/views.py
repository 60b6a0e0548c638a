"""What was sent to platforms, what waits, what was given up. No text of any post is shown here."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from aimass_apps.delivery.models import Delivery, GoneEndpoint
from aimass_apps.delivery.outbox import ATTEMPTS, replay, switch_endpoint_on
from aimass_apps.people.access import needs
from aimass_apps.people.models import Platform

PAGE = 25


@require_GET
@needs("deliveries.view")
def deliveries(request: HttpRequest) -> HttpResponse:
    """The latest first; `?state=failed` for what needs a person."""
    chosen = request.GET.get("state", "")
    rows = Delivery.objects.select_related("decision", "platform").order_by("-pk")
    if chosen in Delivery.State.values:
        rows = rows.filter(state=chosen)
    shown = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "tabs": _tabs(chosen),
        "gone": GoneEndpoint.objects.filter(endpoint=F("platform__endpoint")).select_related("platform"),
        "most": ATTEMPTS,
        "chosen": chosen,
    }
    return render(request, "platform/deliveries.html", shown)


def _tabs(chosen: str) -> list[dict[str, object]]:
    counts = Delivery.objects.aggregate(
        all=Count("pk"), **{state: Count("pk", filter=Q(state=state)) for state in Delivery.State.values}
    )
    tabs: list[dict[str, object]] = [{"label": _("All"), "url": "?", "active": not chosen, "count": counts["all"]}]
    for state, label in Delivery.State.choices:
        tabs.append({"label": label, "url": f"?state={state}", "active": chosen == state, "count": counts[state]})
    return tabs


@require_POST
@needs("deliveries.view")
def replay_one(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send one event again, under its old id."""
    if replay(Delivery.objects.filter(decision__public_id=public_id)):
        messages.success(request, _("The event is sent again, under the same id."))
    else:
        messages.info(request, _("The event is already waiting to be sent or being sent."))
    return redirect("delivery:deliveries")


@require_POST
@needs("deliveries.view")
def open_endpoint(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send to a platform again whose endpoint had answered 410."""
    platform = get_object_or_404(Platform, public_id=public_id)
    count = switch_endpoint_on(platform)
    messages.success(
        request,
        _("%(platform)s gets events again. %(count)s events that had been given up are sent now.")
        % {"platform": platform, "count": count},
    )
    return redirect("delivery:deliveries")
