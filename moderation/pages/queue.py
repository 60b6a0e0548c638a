"""The queue: what waits, why, and the next one."""

import hashlib
from typing import Any

from django.conf.locale import LANG_INFO
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from aimass_apps.people.access import needs, person_of
from aimass_apps.people.models import User
from moderation import queries
from moderation.forms import QueueForm
from moderation.intake import take_next
from moderation.labels import LABELS
from moderation.models import Post
from moderation.presenters.addresses import address, as_dict, encode, query_of
from moderation.presenters.evidence import label_name, short_reasons, top_score
from moderation.queries import QueueFilter

SHOWN = 30
LANGUAGES: dict[str, str | Promise] = {
    "en": "English",
    "zh": "中文",
    "mixed": gettext_lazy("Mixed"),
    "other": gettext_lazy("Other"),
    "unknown": gettext_lazy("None"),
}


@require_GET
@needs("moderation.view")
def queue(request: HttpRequest) -> HttpResponse:
    """The whole page; the list below keeps itself up to date."""
    chosen = QueueForm(request.GET).chosen()
    page = _live(person_of(request), chosen) | {"filters": _filters(chosen), "query": query_of(chosen)}
    return render(request, "moderation/queue.html", page)


@require_GET
@needs("moderation.view")
def live_queue(request: HttpRequest) -> HttpResponse:
    """The list again, or 204 when it is still what the reader has (`seen`)."""
    chosen = QueueForm(request.GET).chosen()
    page = _live(person_of(request), chosen)
    if page["seen"] == request.GET.get("seen"):
        return HttpResponse(status=204)
    return render(request, "moderation/_queue_live.html", page)


@require_POST
@needs("moderation.review")
def next_item(request: HttpRequest) -> HttpResponse:
    """Take the most pressing post and open it."""
    chosen = QueueForm(request.GET).chosen()
    post = take_next(by=person_of(request), chosen=chosen)
    if post is None:
        messages.info(request, _("No post is free: the queue is empty, or others have its posts open."))
        return redirect(address("moderation:queue", chosen))
    return redirect(address("moderation:item", chosen, post.public_id))


def _live(person: User, chosen: QueueFilter) -> dict[str, Any]:
    waiting = queries.queue(person, chosen).select_related("submission", "platform", "taken_by")
    posts = list(waiting[:SHOWN])
    counts = queries.queue_counts(person)
    now = timezone.now()
    # Ages are shown in minutes, so the list changes when one of them does.
    ages = [(now - post.received_at).seconds // 60 for post in posts]
    state = [(post.pk, post.taken_by_id if _is_taken(post) else None) for post in posts]
    seen = hashlib.sha256(repr((state, ages, counts, chosen)).encode()).hexdigest()[:16]
    return {
        "rows": [_row(post, person, chosen) for post in posts],
        "counts": counts,
        "more": max(0, waiting.count() - SHOWN) if len(posts) == SHOWN else 0,
        "seen": seen,
        "live_url": f"{address('moderation:live_queue', chosen, seen=seen)}",
        "filtered": chosen != QueueFilter(),
    }


def _is_taken(post: Post) -> bool:
    return post.taken_until is not None and post.taken_until > timezone.now()


def _row(post: Post, person: User, chosen: QueueFilter) -> dict[str, Any]:
    taken, mine = _is_taken(post), post.taken_by_id == person.pk
    return {
        "post": post,
        "url": address("moderation:item", chosen, post.public_id),
        "take_url": address("moderation:take", chosen, post.public_id) if mine or not taken else "",
        "reasons": short_reasons(post),
        "score": top_score(post),
        "points": round(getattr(post, "points", post.priority)),
        "taken": taken,
        "mine": mine,
    }


def _filters(chosen: QueueFilter) -> list[dict[str, Any]]:
    """Groups of chips: each leads to the queue with that one part of the filter changed."""
    platforms = [(str(platform.public_id), platform.name) for platform in queries.platforms_waiting()]
    languages = [(code, _language_name(code)) for code in queries.languages_waiting() if code.isalpha()]
    labels = [(label, label_name(label)) for label in LABELS]
    groups = [
        (_("Platform"), "platform", platforms),
        (_("Language"), "language", languages),
        (_("Reason"), "label", labels),
    ]
    return [
        {"title": title, "chips": [_chip(chosen, name, value, text) for value, text in values]}
        for title, name, values in groups
        if len(values) > 1
    ]


def _language_name(code: str) -> str:
    if code in LANGUAGES:
        return str(LANGUAGES[code])
    return LANG_INFO[code]["name_local"].capitalize() if "name_local" in LANG_INFO.get(code, {}) else code


def _chip(chosen: QueueFilter, name: str, value: str, text: str) -> dict[str, Any]:
    active = getattr(chosen, name) == value
    changed = {**as_dict(chosen), name: "" if active else value}
    return {"text": text, "active": active, "url": f"{reverse('moderation:queue')}?{encode(changed)}"}
