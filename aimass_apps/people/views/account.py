"""One's own account."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aimass_apps.people.access import person_of
from aimass_apps.people.forms import OwnPasswordForm


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@login_required
def own_password(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    form = OwnPasswordForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        # This session stays; every other one of this person ends.
        update_session_auth_hash(request, person)
        messages.success(request, _("Your new password is set."))
        return redirect("home")
    page = {"form": form, "temporary": person.password_is_temporary}
    return render(request, "platform/own_password.html", page, status=422 if form.is_bound else 200)
