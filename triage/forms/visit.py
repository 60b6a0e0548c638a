"""The forms of the desk: who came and what they have, the vital signs, and the clinician's judgement."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext_lazy as _

from triage.forms.corrections import CorrectionsField
from triage.forms.fields import AFTER_BIRTH, MEASURED, PREGNANCY, CheckedValues, NumberField, read_answer, vital_field
from triage.intake.again import measured_times
from triage.knowledge.unusual import unusual_values
from triage.vitals import Vitals, VitalsError

TEXT_LIMIT = 20_000  # characters; the models read longer ones in windows, people don't write them
UNITS = {"years": 1.0, "months": 1 / 12, "days": 1 / 365.25}
LARGEST = {"years": 125, "months": 36, "days": 120}


class MeasurementsForm(forms.Form):
    """Symptoms in free text and the vital signs: what may change during a visit."""

    text = forms.CharField(
        label=_("Symptoms"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(
            attrs={"rows": 7, "placeholder": _("What, since when, how bad; what is denied; history; medication")}
        ),
    )
    heart_rate = vital_field("heart_rate", _("Heart rate"))
    respiratory_rate = vital_field("respiratory_rate", _("Respiration"))
    systolic = vital_field("systolic", _("Systolic pressure"))
    diastolic = vital_field("diastolic", _("Diastolic pressure"))
    spo2 = vital_field("spo2", _("Oxygen saturation"))
    temperature = vital_field("temperature", _("Temperature"))
    glucose = vital_field("glucose", _("Glucose"))
    pain = vital_field("pain", _("Pain"))
    consciousness = forms.ChoiceField(
        label=_("Consciousness"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("", _("Not noted")),
            ("alert", _("Alert")),
            ("confused", _("Newly confused")),
            ("voice", _("Voice")),
            ("pain", _("Pain")),
            ("unresponsive", _("Unresponsive")),
        ],
    )
    oxygen = forms.ChoiceField(
        label=_("Breathing"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("", _("Not noted")), ("no", _("Room air")), ("yes", _("Supplemental oxygen"))],
    )
    hypercapnic = forms.BooleanField(
        label=_("Target saturation 88-92 % (hypercapnic failure, NEWS2 scale 2)"), required=False
    )
    corrected = CorrectionsField(label=_("Corrected findings"))
    checked = CheckedValues(label=_("Unusual values"))

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if not any(character.isalnum() for character in text):
            raise ValidationError(_("Describe the symptoms in words."))
        return text

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        values = {name: cleaned.get(name) for name in MEASURED}
        given: dict[str, object] = {name: value for name, value in values.items() if value is not None}
        if cleaned.get("consciousness"):
            given["consciousness"] = cleaned["consciousness"]
        if cleaned.get("oxygen"):
            given["oxygen"] = cleaned["oxygen"] == "yes"
        if cleaned.get("hypercapnic"):
            given["hypercapnic"] = True
        upper, lower = values["systolic"], values["diastolic"]
        if upper is not None and lower is not None and lower >= upper:
            self.add_error("diastolic", _("Must be lower than the systolic pressure."))
        try:
            Vitals.from_mapping(given)
        except VitalsError as error:
            for name, message in error.errors.items():
                if name not in self.errors:
                    self.add_error(name if name in self.fields else None, message)
        cleaned["vitals"] = given
        self.ask_about_unusual(cleaned)
        return cleaned

    known: dict[str, object] = {}  # what was asked about before

    def who(self, cleaned: dict[str, Any]) -> tuple[float | None, bool | None]:
        """Age in years and pregnancy, for judging which values are unusual."""
        return None, None

    def ask_about_unusual(self, cleaned: dict[str, Any]) -> None:
        age_years, pregnant = self.who(cleaned)
        names = unusual_values(cleaned["vitals"], age_years, pregnant)
        shown: dict[str, object] = cleaned["vitals"] | {"age_years": age_years, "pregnant": _("yes")}
        field = self.fields["checked"]
        if isinstance(field, CheckedValues):
            # A value that was changed after it was ticked is a new one and is asked about again.
            asked = {name: (self._label(name), shown[name]) for name in names if shown[name] != self.known.get(name)}
            if field.offer(asked, cleaned.get("checked", [])):
                self.add_error("checked", _("Unusual, but possible: tick what is right, or correct it above."))

    def _label(self, name: str) -> str:
        return str(
            {"age_years": _("Age"), "pregnant": _("Pregnancy or birth at this age")}.get(name)
            or self.fields[name].label
        )


def _long_ago(at: datetime) -> bool:
    return now() - at > timedelta(hours=12)


class WhoForm(MeasurementsForm):
    """The measurements with whom they are of: age, sex and pregnancy."""

    age = NumberField(label=_("Age"), min_value=0)
    age_unit = forms.ChoiceField(
        label=_("Age in"),
        initial="years",
        widget=forms.RadioSelect,
        choices=[("years", _("years")), ("months", _("months")), ("days", _("days"))],
    )
    sex = forms.ChoiceField(
        label=_("Sex"),
        widget=forms.RadioSelect,
        choices=[("female", _("Female")), ("male", _("Male")), ("other", _("Other or not known"))],
        help_text=_("The biological sex, for risks and pregnancy."),
    )
    pregnant = forms.ChoiceField(
        label=_("Pregnant"), required=False, initial="", widget=forms.RadioSelect, choices=PREGNANCY
    )

    def clean_pregnant(self) -> bool | None:
        answer = self.cleaned_data["pregnant"]
        self.cleaned_data["after_birth"] = answer == AFTER_BIRTH
        return read_answer(answer)

    def clean(self) -> dict[str, Any]:
        self._read_age()
        cleaned = super().clean()
        if cleaned.get("sex") == "male" and _maternal(cleaned):
            self.add_error("pregnant", _("The sex is given as male: correct the sex or the pregnancy."))
        return cleaned

    def _read_age(self) -> None:
        age, unit = self.cleaned_data.get("age"), self.cleaned_data.get("age_unit")
        if age is None or unit not in UNITS:
            return
        if age > LARGEST[unit]:
            self.add_error("age", _("More than %(limit)d: give it in a larger unit.") % {"limit": LARGEST[unit]})
            return
        self.cleaned_data["age_years"] = round(age * UNITS[unit], 4)

    def who(self, cleaned: dict[str, Any]) -> tuple[float | None, bool | None]:
        # A pregnant man is an error of its own.
        return cleaned.get("age_years"), _maternal(cleaned) and cleaned.get("sex") != "male"


class ReassessForm(WhoForm):
    """New words or vital signs of someone who is already here: what was measured last stands there, with its time.

    Who it is stands there too, and can be put right.
    """

    def __init__(self, *args: Any, facts: Mapping[str, Any], asked_at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Age and pregnancy were asked about when the visit was opened.
        self.known = {**facts.get("vitals", {}), "age_years": facts.get("age_years")}
        if _maternal(facts):
            self.known["pregnant"] = _("yes")
        for name, at in measured_times(facts, asked_at).items():
            if name in (*MEASURED, "consciousness", "oxygen"):
                when = date_format(localtime(at), "SHORT_DATETIME_FORMAT" if _long_ago(at) else "TIME_FORMAT")
                self.fields[name].help_text = _("as of %(when)s") % {"when": when}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        # A box without a tick is an answer; an empty field is none, and keeps the last value.
        cleaned["vitals"].setdefault("hypercapnic", False)
        return cleaned


class VisitForm(WhoForm):
    """A new visit."""

    field_order = ["reference", "age", "age_unit", "sex", "pregnant", "text"]
    reference = forms.CharField(
        label=_("Reference"),
        max_length=80,
        required=False,
        help_text=_("Your own number for this person or visit. Kept encrypted; you can search by it."),
    )


def _maternal(facts: Mapping[str, Any]) -> bool:
    return bool(facts.get("pregnant") or facts.get("after_birth"))
