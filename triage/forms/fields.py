"""Form fields of the desk: numbers as people write them, vital signs with their range, values to tick."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import BaseValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from triage.vitals import RANGES

Label = str | Promise
MEASURED = (
    "heart_rate", "respiratory_rate", "systolic", "diastolic", "spo2", "temperature", "glucose", "pain",
)  # fmt: skip
AFTER_BIRTH = "after_birth"
PREGNANCY = [
    ("", _("Not known")),
    ("no", _("No")),
    ("yes", _("Yes")),
    (AFTER_BIRTH, _("Gave birth within 6 weeks")),
]


def read_answer(answer: str) -> bool | None:
    """Whether someone is pregnant; None where nobody knows."""
    return {"yes": True, "no": False, AFTER_BIRTH: False}.get(answer)


class NumberField(forms.FloatField):
    """A number with a point or a comma; the keyboard of a phone shows digits."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class WithinRange(BaseValidator):
    """Refuses what no patient has; guesses the unit that was meant."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.low, self.high, self.unit = RANGES[name]
        super().__init__(name)

    def __call__(self, value: Any) -> None:
        if self.low <= value <= self.high:
            return
        if self.name == "temperature" and 86 <= value <= 113:
            celsius = f"{(value - 32) / 1.8:.1f}"
            raise ValidationError(
                _("Fahrenheit? %(value)g °F is %(celsius)s °C."), params={"value": value, "celsius": celsius}
            )
        if self.name == "glucose" and value > self.high:
            converted = f"{value / 18:.1f}"
            raise ValidationError(
                _("mg/dL? %(value)g mg/dL is %(converted)s mmol/L."), params={"value": value, "converted": converted}
            )
        raise ValidationError(
            _("Must lie between %(low)g and %(high)g %(unit)s."),
            params={"low": self.low, "high": self.high, "unit": self.unit},
        )


def vital_field(name: str, label: Label) -> NumberField:
    """An optional vital sign; empty means not measured."""
    return NumberField(label=label, required=False, validators=[WithinRange(name)])


class CheckedValues(forms.MultipleChoiceField):
    """Ticks of the form `name:value`, offered only for values that are unusual."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def valid_value(self, value: str) -> bool:
        # What may be ticked is known only after the other fields are read.
        return True

    def offer(self, values: Mapping[str, tuple[str, object]], ticked: Sequence[str]) -> list[str]:
        """Offer a tick for each value; returns those that are not ticked."""
        choices = [_tick(name, label, value) for name, (label, value) in values.items()]
        self.choices = choices
        return [code for code, _shown in choices if code not in ticked]


def _tick(name: str, label: str, value: object) -> tuple[str, str]:
    number = f"{value:g}" if isinstance(value, int | float) else str(value)
    unit = RANGES[name][2] if name in RANGES else ""
    shown = _("%(label)s %(value)s is right") % {"label": label, "value": f"{number} {unit}".strip()}
    return f"{name}:{number}", shown
