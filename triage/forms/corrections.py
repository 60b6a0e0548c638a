"""What a person corrected of what was read, as a form sends it: hidden values beside the text."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from triage.knowledge.corrections import BadCorrection, Correction, read_corrections


class CorrectionsField(forms.Field):
    """Any number of `entry|state|words`; its value is a tuple of `Correction`."""

    widget = forms.MultipleHiddenInput

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def clean(self, value: Any) -> tuple[Correction, ...]:
        return parse(value or [])


def parse(values: list[str]) -> tuple[Correction, ...]:
    """Raises ValidationError for a value that no page sends."""
    try:
        return read_corrections([each.split("|", 2) for each in values])
    except BadCorrection as error:
        raise ValidationError(_("A corrected finding can't be read: %(problem)s.") % {"problem": error}) from error


class ReadForm(forms.Form):
    """What the read-back is asked with: the text, the corrections so far, and one more."""

    text = forms.CharField(required=False, max_length=20_000, strip=False)
    corrected = CorrectionsField()
    change = forms.CharField(required=False, max_length=400)

    def clean_change(self) -> Correction | None:
        given = self.cleaned_data["change"]
        return parse([given])[0] if given else None
