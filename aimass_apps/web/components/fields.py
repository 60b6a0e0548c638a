"""How a bound form field becomes label, control, help and errors."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from aimass_apps.web.components.markup import attributes

CONTROLS: dict[type[forms.Widget], str] = {
    forms.CheckboxInput: "",
    forms.Textarea: "textarea",
    forms.SelectMultiple: "select select-multiple",
    forms.Select: "select",
    forms.FileInput: "file",
    forms.widgets.Input: "input",
}


def shape(bound: BoundField) -> str:
    """The part of the template that draws this widget: `hidden`, `group`, `check` or `control`."""
    widget = bound.field.widget
    if bound.is_hidden:
        return "hidden"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "group"
    return "check" if isinstance(widget, forms.CheckboxInput) else "control"


def control(bound: BoundField, given: dict[str, Any]) -> str:
    """The widget's own markup with our class and any further attributes (`_` becomes `-`)."""
    css = next((name for kind, name in CONTROLS.items() if isinstance(bound.field.widget, kind)), "input")
    own = bound.field.widget.attrs.get("class", "")
    named = {name.strip("_").replace("_", "-"): value for name, value in given.items() if value not in (None, False)}
    if isinstance(bound.field.widget, forms.Textarea) and bound.field.widget.attrs.get("rows") == "10":
        named.setdefault("rows", 4)  # Django's own default is half a screen
    return bound.as_widget(attrs={**named, "class": " ".join(filter(None, [css, own, given.get("class", "")]))})


def described(bound: BoundField) -> str:
    """`aria-describedby` for a group: its help and its errors."""
    names = [f"{bound.auto_id}_helptext"] if bound.help_text else []
    names += [f"{bound.auto_id}_error"] if bound.errors else []
    return attributes({"aria_describedby": " ".join(names)})


def parts(
    bound: BoundField, look: str, label: str, suffix: str, hide_label: bool, given: dict[str, Any]
) -> dict[str, Any]:
    """The context of `_components/field.html`."""
    drawn = shape(bound)
    return {
        "field": bound,
        "shape": drawn,
        "look": look or ("plain" if drawn == "group" else ""),
        "label": label or bound.label,
        "suffix": suffix,
        "hide_label": hide_label,
        "control": control(bound, given) if drawn in ("control", "check") else "",
        "described": described(bound),
    }
