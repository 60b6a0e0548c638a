"""Light, dark or as the system says: kept in a cookie, so that the server draws the right one at once."""

from django.http import HttpRequest, HttpResponse

THEMES = ("auto", "light", "dark")
COOKIE = "theme"
YEAR = 365 * 24 * 3600  # seconds


def theme_of(request: HttpRequest) -> str:
    """The chosen theme; "auto" when none or an unknown one was sent."""
    chosen = request.COOKIES.get(COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def keep_theme(response: HttpResponse, chosen: str, *, secure: bool) -> None:
    """Remember the choice for a year. It is no secret, and the switch in the page sets it as well."""
    response.set_cookie(COOKIE, chosen, max_age=YEAR, samesite="Lax", secure=secure)
