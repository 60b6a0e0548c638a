"""What every answer carries, whichever view made it."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

Answer = Callable[[HttpRequest], HttpResponse]

# Nothing of the product uses these; a script that got in could not either.
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"


def security_headers(get_response: Answer) -> Answer:
    """Refuse device features, and keep pages of signed-in people out of every cache."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return answer


def htmx_sign_in(get_response: Answer) -> Answer:
    """Send the whole page to the sign-in when a part of it is asked for after the session ended.

    Without this htmx would follow the redirect and put the sign-in page into the part.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        asked_by_htmx = request.headers.get("HX-Request") == "true"
        target = urlsplit(response.headers.get("Location", ""))
        if not (asked_by_htmx and response.status_code == 302 and target.path == resolve_url(settings.LOGIN_URL)):
            return response
        page = _path_of(request.headers.get("HX-Current-URL", ""))
        whole = HttpResponse(status=204)
        whole.headers["HX-Redirect"] = f"{target.path}?{urlencode({'next': page})}" if page else target.path
        whole.cookies = response.cookies
        return whole

    return answer


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
