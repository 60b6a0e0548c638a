"""One post: everything needed to decide it, and the decision."""

from contextlib import suppress
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect, push_url

from aimass_apps.people.access import needs, person_of
from aimass_apps.web import toasts
from moderation.actions import action_of
from moderation.forms import EscalateForm, QueueForm, ReviewForm
from moderation.intake import (
    AlreadyDecided,
    ItemHeld,
    NothingToUndo,
    escalate_post,
    renew,
    reverse_decision,
    review_post,
    take_item,
    take_next,
    undo_review,
)
from moderation.models import Post
from moderation.presenters.addresses import address
from moderation.presenters.item import page_of, seconds_left
from moderation.queries import QueueFilter, visible_to


@require_GET
@needs("moderation.view")
def item(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a post and change nothing: browsers and chat programs open addresses that nobody follows."""
    page = page_of(_find(request, public_id), person_of(request), _chosen(request))
    return render(request, "moderation/item.html", page)


@require_POST
@needs("moderation.review")
def take(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make a post that waits the person's for ten minutes, and open it."""
    # Held by someone else: the page says by whom.
    with suppress(ItemHeld):
        take_item(post=_find(request, public_id).pk, by=person_of(request))
    return redirect(address("moderation:item", _chosen(request), public_id))


@require_POST
@needs("moderation.review")
def review(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Decide, and go on to the next post."""
    post, form = _find(request, public_id), ReviewForm(request.POST)
    if not form.is_valid():
        return _again(request, post, 422, form=form)
    try:
        review_post(post=post.pk, by=person_of(request), judgement=form.judgement())
    except (AlreadyDecided, ItemHeld) as error:
        return _again(request, post, 409, notice=_refusal(error))
    return _go_on(request, _done(form), undo=reverse("moderation:undo", args=[public_id]))


@require_POST
@needs("moderation.reverse")
def reverse_item(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Decide a decided post anew."""
    post, form = _find(request, public_id), ReviewForm(request.POST)
    if not form.is_valid():
        return _again(request, post, 422, form=form)
    try:
        reverse_decision(post=post.pk, by=person_of(request), judgement=form.judgement())
    except AlreadyDecided:
        return _again(request, post, 409, notice=_("This post waits in the queue again: decide it there."))
    messages.success(request, _("The decision is reversed; the platform is told."))
    return _to(request, address("moderation:item", _chosen(request), public_id))


@require_POST
@needs("moderation.review")
def skip(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put the post back and take another."""
    return _go_on(request, "", skip=_find(request, public_id).pk)


@require_POST
@needs("moderation.review")
def escalate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Pass the post on to a senior moderator."""
    post, form = _find(request, public_id), EscalateForm(request.POST)
    if not form.is_valid():
        return _again(request, post, 422, notice=_("Write in a few words what the senior moderator should look at."))
    try:
        escalate_post(post=post.pk, by=person_of(request), note=form.cleaned_data["note"])
    except (AlreadyDecided, ItemHeld) as error:
        return _again(request, post, 409, notice=_refusal(error))
    return _go_on(request, _("Passed on to a senior moderator."))


@require_POST
@needs("moderation.review")
def undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take back one's own decision and show the post again."""
    post = _find(request, public_id)
    try:
        undo_review(post=post.pk, by=person_of(request))
    except NothingToUndo:
        messages.warning(request, _("This can't be undone any more: the decision is not yours or is too old."))
    else:
        messages.info(request, _("The decision is taken back; the platform is told."))
    return _to(request, address("moderation:item", _chosen(request), public_id))


@require_POST
@needs("moderation.review")
def lease(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep the post while its page is open."""
    post = _find(request, public_id)
    kept = renew(post=post.pk, by=person_of(request))
    page = {"post": post, "seconds_left": seconds_left(kept) if kept else 0, "lost": kept is None}
    page["urls"] = {"lease": address("moderation:lease", _chosen(request), public_id)}
    return render(request, "moderation/_lease.html", page)


def _find(request: HttpRequest, public_id: UUID) -> Post:
    posts = visible_to(person_of(request)).select_related("submission", "platform", "taken_by", "escalated_by")
    return get_object_or_404(posts, public_id=public_id)


def _chosen(request: HttpRequest) -> QueueFilter:
    return QueueForm(request.GET).chosen()


def _done(form: ReviewForm) -> str:
    action = action_of(form.cleaned_data["action"])
    return str(action.button.done) if action and action.button else ""


def _refusal(error: AlreadyDecided | ItemHeld) -> str:
    if isinstance(error, ItemHeld):
        return _("Nothing was changed: %(person)s has this post open.") % {"person": error.post.taken_by}
    return _("Nothing was changed: this post is already decided or passed on.")


def _again(
    request: HttpRequest, post: Post, status: int, *, form: ReviewForm | None = None, notice: str = ""
) -> HttpResponse:
    page = page_of(post, person_of(request), _chosen(request), form=form, notice=notice)
    template = "moderation/_item_swap.html" if request.headers.get("HX-Request") else "moderation/item.html"
    return render(request, template, page, status=status)


def _go_on(request: HttpRequest, done: str, *, undo: str = "", skip: int | None = None) -> HttpResponse:
    """The next post at once: into the open page for htmx, by a redirect otherwise."""
    person, chosen = person_of(request), _chosen(request)
    post = take_next(by=person, chosen=chosen, skip=skip)
    target = address("moderation:item", chosen, post.public_id) if post else address("moderation:queue", chosen)
    if not request.headers.get("HX-Request"):
        messages.success(request, done or _("Put back."))
        return redirect(target)
    if post is None:
        page = {"urls": {"queue": target}, "undo_url": undo}
        response = render(request, "moderation/_nothing_left.html", page)
    else:
        shown = _find(request, post.public_id)
        page = page_of(shown, person, chosen, undo_url=undo)
        response = render(request, "moderation/_item_swap.html", page)
    if done:
        toasts.add(response, done, action=_("Undo") if undo else "", url=undo)
    return cast(HttpResponse, push_url(response, target))


def _to(request: HttpRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if request.headers.get("HX-Request") else redirect(url)
