"""Forms of the pages People, Platforms and Change password."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from aimass_apps.people.accounts import SYSTEM
from aimass_apps.people.models import Platform, User
from aimass_apps.people.roles import Role


class PersonForm(forms.Form):
    """What an administrator says about a person; the user name stays once it is given."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        help_text=_("What the person signs in with, e.g. a.keller"),
    )
    full_name = forms.CharField(label=_("Full name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, person: User | None = None, **kwargs: Any) -> None:
        if person is not None:
            kwargs["initial"] = {
                "full_name": person.get_full_name(),
                "email": person.email,
                "role": person.role,
            }
        super().__init__(*args, **kwargs)
        if person is not None:
            del self.fields["username"]

    def clean_username(self) -> str:
        username: str = User.normalize_username(self.cleaned_data["username"].strip())
        if username.lower() == SYSTEM or User.objects.filter(username__iexact=username).exists():
            raise ValidationError(_("Someone already has this user name."))
        return username

    def clean_full_name(self) -> str:
        name: str = self.cleaned_data["full_name"]
        first, _space, last = name.strip().partition(" ")
        if len(first) > 150 or len(last) > 150:
            raise ValidationError(_("This name is too long."))
        return name


class PlatformForm(forms.Form):
    """A platform's name and where its decisions go."""

    name = forms.CharField(label=_("Name"), max_length=80)
    endpoint = forms.URLField(
        label=_("Endpoint for decisions"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_("Signed events go there by POST. Leave it empty to fetch decisions through the API."),
        widget=forms.URLInput(attrs={"placeholder": "https://example.org/hooks/decisions", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, platform: Platform | None = None, **kwargs: Any) -> None:
        self.platform = platform
        if platform is not None:
            kwargs["initial"] = {"name": platform.name, "endpoint": platform.endpoint}
        super().__init__(*args, **kwargs)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        namesakes = Platform.objects.filter(name__iexact=name)
        if any(each != self.platform for each in namesakes):
            raise ValidationError(_("A platform of this name is already registered."))
        return name

    def clean_endpoint(self) -> str:
        endpoint: str = self.cleaned_data["endpoint"]
        allowed = {"https", "http"} if settings.ALLOW_PRIVATE_ENDPOINTS else {"https"}
        if endpoint and urlsplit(endpoint).scheme not in allowed:
            raise ValidationError(_("The endpoint must be an https address."))
        if endpoint and urlsplit(endpoint).username:
            raise ValidationError(_("Leave name and password out of the address: events are signed instead."))
        return endpoint


class OwnPasswordForm(PasswordChangeForm):
    """The old password and the new one twice; a temporary password may not be kept."""

    def clean_new_password1(self) -> str:
        new: str = self.cleaned_data["new_password1"]
        if self.user.check_password(new):
            raise ValidationError(_("Choose a password that differs from the old one."))
        return new

    def save(self, commit: bool = True) -> Any:
        if isinstance(self.user, User):
            self.user.password_is_temporary = False
        return super().save(commit)
