"""What every page's template may use."""

from django.http import HttpRequest

from aimass_apps.web import navigation
from aimass_apps.web.theme import theme_of


def page(request: HttpRequest) -> dict[str, object]:
    """`theme` (light, dark or auto) and `nav`, the bar for the person who asks."""
    user = getattr(request, "user", None)
    nav = navigation.links(user, request.path) if user is not None and user.is_authenticated else []
    return {"theme": theme_of(request), "nav": nav}
