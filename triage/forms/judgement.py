"""What a clinician says about a proposal."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from triage.labels import find_condition
from triage.models import URGENCIES
from triage.reasons import DeferReason, LowerReason, OverrideReason, WithdrawReason

LONGEST = 24 * 3600.0  # seconds: a page left open over night says nothing about how long somebody thought


class JudgementForm(forms.Form):
    """What every judgement carries: the review that was seen, since when the page was open, a comment."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    opened = forms.FloatField(required=False, widget=forms.HiddenInput)
    comment = forms.CharField(
        label=_("Comment"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept encrypted."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        opened = cleaned.pop("opened", None)
        seconds = None if opened is None else timezone.now().timestamp() - opened
        cleaned["seconds"] = round(seconds, 1) if seconds is not None and 0 <= seconds <= LONGEST else None
        return cleaned


class ConfirmForm(JudgementForm):
    """Nothing more to say: the proposal stands as it was shown."""


class ChangeForm(JudgementForm):
    """Another condition, another urgency or both, and why."""

    urgency = forms.ChoiceField(label=_("Urgency"), choices=URGENCIES, widget=forms.RadioSelect)
    condition = forms.CharField(
        label=_("Condition"),
        required=False,
        max_length=200,
        help_text=_("Type a part of its name or its ICD-10 code and choose. Empty: not determined."),
        widget=forms.TextInput(attrs={"list": "conditions", "autocomplete": "off"}),
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", _("Choose the reason")), *OverrideReason.choices])
    field_order = ["urgency", "condition", "reason", "comment"]

    def clean_condition(self) -> str | None:
        written: str = self.cleaned_data["condition"].strip()
        if not written:
            return None
        found = find_condition(written)
        if found is None:
            raise ValidationError(_("The catalogue has no condition of this name: choose one from the list."))
        return found.id


class DeferForm(JudgementForm):
    """What the decision waits for."""

    reason = forms.ChoiceField(label=_("What it waits for"), choices=DeferReason.choices, widget=forms.RadioSelect)
    field_order = ["reason", "comment"]


class LowerForm(JudgementForm):
    """Why a further assessment may be less urgent than the one before."""

    reason = forms.ChoiceField(label=_("Reason"), choices=LowerReason.choices, widget=forms.RadioSelect)
    field_order = ["reason", "comment"]


class WithdrawForm(JudgementForm):
    """Why a judgement is taken back."""

    reason = forms.ChoiceField(label=_("Why"), choices=WithdrawReason.choices, widget=forms.RadioSelect)
    field_order = ["reason", "comment"]
