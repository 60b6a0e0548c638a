"""People: who works here, in which role."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from aimass_apps.people import accounts
from aimass_apps.people.access import needs, person_of
from aimass_apps.people.forms import PersonForm
from aimass_apps.people.models import User


@require_GET
@needs("people.manage")
def people(request: HttpRequest) -> HttpResponse:
    found = accounts.everybody().order_by("-is_active", "role", "username")
    return render(request, "platform/people.html", {"people": found})


@require_http_methods(["GET", "POST"])
@needs("people.manage")
def add_person(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person, password = accounts.add_person(by=person_of(request), **form.cleaned_data)
        return _show_password(request, person, password)
    status = 422 if form.is_bound else 200
    return render(request, "platform/person_add.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@needs("people.manage")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(accounts.everybody(), pk=pk)
    form = PersonForm(request.POST or None, person=shown)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.change_person(person=shown, by=person_of(request), **form.cleaned_data)
        except accounts.LastAdministrator as error:
            form.add_error("role", str(error))
        else:
            messages.success(request, _("The changes to %(name)s are saved.") % {"name": shown})
            return redirect("people:people")
    status = 422 if form.is_bound else 200
    return render(request, "platform/person.html", {"person": shown, "form": form}, status=status)


@require_POST
@needs("people.manage")
def switch_person(request: HttpRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(accounts.everybody(), pk=pk)
    active = request.POST.get("active") == "yes"
    try:
        accounts.switch_person(person=shown, by=person_of(request), active=active)
    except accounts.LastAdministrator as error:
        messages.error(request, str(error))
    else:
        done = _("%(name)s can sign in again.") if active else _("%(name)s is signed out and can't sign in.")
        messages.success(request, done % {"name": shown})
    return redirect("people:person", pk=pk)


@require_POST
@needs("people.manage")
def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(accounts.everybody(), pk=pk)
    return _show_password(request, shown, accounts.reset_password(person=shown, by=person_of(request)))


def _show_password(request: HttpRequest, person: User, password: str) -> HttpResponse:
    # Not a redirect: the password is in this one answer and nowhere else.
    return render(request, "platform/person_password.html", {"person": person, "password": password})
