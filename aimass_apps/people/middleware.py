"""Ends sessions that are idle or too old, and holds people to choosing their own password."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

Answer = Callable[[HttpRequest], HttpResponse]
STARTED, SEEN = "session_started", "session_seen"  # seconds since 1970
WRITE_EVERY = 30  # seconds: the session is a database row, not to be written by each request
# A page that polls sends this header: it shows that a window is open, not that a person is there.
BACKGROUND = "X-Background"


def session_limits(get_response: Answer) -> Answer:
    """Sign out after SESSION_IDLE_MINUTES without an action, and SESSION_COOKIE_AGE after the sign-in at the latest."""

    def answer(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            if _is_over(request):
                logout(request)
                messages.info(request, _("You were signed out after a time without use. Sign in to go on."))
            else:
                _keep_going(request)
        return get_response(request)

    return answer


def _is_over(request: HttpRequest) -> bool:
    now = timezone.now().timestamp()
    idle: float = now - request.session.get(SEEN, now)
    age: float = now - request.session.get(STARTED, now)
    return idle > settings.SESSION_IDLE_MINUTES * 60 or age > settings.SESSION_COOKIE_AGE


def _keep_going(request: HttpRequest) -> None:
    now = timezone.now().timestamp()
    if STARTED not in request.session:
        request.session[STARTED] = now
    seen = request.session.get(SEEN)
    if seen is None or (now - seen > WRITE_EVERY and BACKGROUND not in request.headers):
        request.session[SEEN] = now


def own_password(get_response: Answer) -> Answer:
    """Whoever signed in with a password that someone else knows goes to the page where they choose their own."""

    def answer(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and getattr(request.user, "password_is_temporary", False):
            change = reverse("people:own_password")
            if request.path not in {change, reverse("sign_out"), reverse("choose_theme")}:
                return redirect(change)
        return get_response(request)

    return answer
