"""Forms of the model pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from aimass_apps.learning.models import Dataset
from aimass_apps.learning.queries import possible_moves, trainable_places
from aimass_apps.registry.models import ModelVersion, Stage, desk_choices


class PromotionForm(forms.Form):
    """Where a version should go, and why."""

    to = forms.ChoiceField(label=_("Move to"), widget=forms.RadioSelect)
    canary_share = forms.FloatField(
        label=_("Share of new posts"),
        help_text=_("For a canary: between 1 and 99 per cent."),
        min_value=1,
        max_value=99,
        required=False,
        initial=10,
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, version: ModelVersion, **options: Any) -> None:
        super().__init__(*args, **options)
        moves = possible_moves(version)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above; tells the type checker
        field.choices = moves
        if moves:
            field.initial = moves[0][0]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("to") == Stage.CANARY and not data.get("canary_share"):
            self.add_error("canary_share", _("Say which share of new posts the canary should answer."))
        return data


class ReasonForm(forms.Form):
    """Why something is taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class DeskForm(forms.Form):
    """Which desk's reviews to freeze."""

    desk = forms.ChoiceField(label=_("Desk"), choices=desk_choices, widget=forms.RadioSelect)


class RunForm(forms.Form):
    """What to train, and on which frozen reviews."""

    place = forms.ChoiceField(label=_("What to train"))
    dataset = forms.ModelChoiceField(
        label=_("Reviews"),
        queryset=Dataset.objects.all(),
        empty_label=_("The newest frozen dataset of the desk"),
        required=False,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above; tells the type checker
        field.choices = [("-".join(place), " · ".join(place)) for place in trainable_places()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("place"):
            return data
        desk = data["place"].split("-")[0]
        data["dataset"] = data.get("dataset") or Dataset.objects.filter(desk=desk).first()
        if data["dataset"] is None:
            raise forms.ValidationError(_("Nothing is frozen for this desk yet: freeze its reviews first."))
        if data["dataset"].desk != desk:
            self.add_error("dataset", _("This dataset belongs to the other desk."))
        return data
