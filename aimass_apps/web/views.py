"""Pages that belong to no desk."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.defaults import page_not_found, server_error

from aimass_apps.web import navigation
from aimass_apps.web.gallery import gallery_context
from aimass_apps.web.problems import problem_json
from aimass_apps.web.theme import THEMES, keep_theme


@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Forward each person to the first page they may open."""
    address = navigation.home_of(request.user)
    return redirect(address) if address else render(request, "platform/no_desk.html")


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme and go back: what the switch does where scripts don't run."""
    chosen = request.POST.get("theme", "")
    if chosen not in THEMES:
        return HttpResponseBadRequest(_("There is no such theme."))
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(back if safe else "/")
    keep_theme(response, chosen, secure=request.is_secure())
    return response


@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in all its states, for those who build and run the product."""
    if not settings.DEBUG and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not (settings.DEBUG or request.user.has_perm("system.view")):
        raise PermissionDenied
    return render(request, "platform/gallery.html", gallery_context(request))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Programs get a problem document, people a page."""
    if request.path.startswith("/api/"):
        return problem_json(404, _("Not found."), _("Nothing is known under this address."))
    return page_not_found(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    """Something failed that nobody foresaw: programs get a problem document, people a page."""
    if request.path.startswith("/api/"):
        return problem_json(500, _("Something broke."), _("It is written to the log. Nothing half-done was kept."))
    return server_error(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: mostly a page left open over a sign-out, so say how to go on."""
    return render(request, "403_csrf.html", status=403)
