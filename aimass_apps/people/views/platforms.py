"""Platforms: who sends posts, with which keys, and where decisions go."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from aimass_apps.people import platforms as registry
from aimass_apps.people.access import needs
from aimass_apps.people.api_keys import revoke_key
from aimass_apps.people.forms import PlatformForm
from aimass_apps.people.models import ApiKey, Platform


@require_GET
@needs("platforms.manage")
def platforms(request: HttpRequest) -> HttpResponse:
    return render(request, "platform/platforms.html", {"platforms": Platform.objects.order_by("-active", "name")})


@require_http_methods(["GET", "POST"])
@needs("platforms.manage")
def register_platform(request: HttpRequest) -> HttpResponse:
    form = PlatformForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        platform, key, secrets = registry.register_platform(**form.cleaned_data)
        return _show_secrets(request, platform, key=key, **secrets._asdict())
    status = 422 if form.is_bound else 200
    return render(request, "platform/platform_register.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@needs("platforms.manage")
def platform(request: HttpRequest, public_id: UUID) -> HttpResponse:
    shown = get_object_or_404(Platform, public_id=public_id)
    form = PlatformForm(request.POST or None, platform=shown)
    if request.method == "POST" and form.is_valid():
        registry.edit_platform(platform=shown, **form.cleaned_data)
        messages.success(request, _("The changes to %(name)s are saved.") % {"name": shown})
        return redirect("people:platform", public_id=public_id)
    page = {"platform": shown, "form": form, "keys": registry.keys_of(shown), "base_url": _base_url(request)}
    return render(request, "platform/platform.html", page, status=422 if form.is_bound else 200)


@require_POST
@needs("platforms.manage")
def add_key(request: HttpRequest, public_id: UUID) -> HttpResponse:
    shown = get_object_or_404(Platform, public_id=public_id)
    return _show_secrets(request, shown, key=registry.add_key(platform=shown))


@require_POST
@needs("platforms.manage")
def revoke(request: HttpRequest, public_id: UUID, prefix: str) -> HttpResponse:
    key = get_object_or_404(ApiKey, platform__public_id=public_id, prefix=prefix)
    revoke_key(key=key)
    messages.success(request, _("The key %(prefix)s… is revoked: calls with it get 401.") % {"prefix": prefix})
    return redirect("people:platform", public_id=public_id)


@require_POST
@needs("platforms.manage")
def rotate_secret(request: HttpRequest, public_id: UUID, which: str) -> HttpResponse:
    shown = get_object_or_404(Platform, public_id=public_id)
    return _show_secrets(request, shown, **{which: registry.rotate_secret(platform=shown, which=which)})


@require_POST
@needs("platforms.manage")
def switch_platform(request: HttpRequest, public_id: UUID) -> HttpResponse:
    shown = get_object_or_404(Platform, public_id=public_id)
    active = request.POST.get("active") == "yes"
    registry.switch_platform(platform=shown, active=active)
    done = _("%(name)s is on.") if active else _("%(name)s is off: its calls are refused.")
    messages.success(request, done % {"name": shown})
    return redirect("people:platform", public_id=public_id)


def _base_url(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _show_secrets(
    request: HttpRequest, platform: Platform, *, key: str = "", incoming: str = "", outgoing: str = ""
) -> HttpResponse:
    # Not a redirect: the secrets are in this one answer and nowhere else.
    page = {
        "platform": platform,
        "key": key,
        "incoming": incoming,
        "outgoing": outgoing,
        "base_url": _base_url(request),
    }
    return render(request, "platform/platform_secrets.html", page)
