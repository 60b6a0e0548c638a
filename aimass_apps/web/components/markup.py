"""Icons, attributes, buttons: the smallest parts."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.forms.utils import flatatt
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

BUTTON_KINDS = ("primary", "secondary", "danger", "quiet")


def attributes(given: Mapping[str, Any]) -> SafeString:
    """Turn `{"hx_post": "/x", "disabled": True}` into ` hx-post="/x" disabled`; None, False and "" leave one out."""
    named = {name.strip("_").replace("_", "-"): value for name, value in given.items()}
    return flatatt({name: value for name, value in named.items() if value not in (None, False, "")})


def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """One symbol of `static/web/icons.svg`; hidden from screen readers unless it has a label."""
    if not name:
        return SafeString("")
    spoken = attributes({"role": "img", "aria_label": label} if label else {"aria_hidden": "true"})
    return format_html(
        '<svg class="icon {}"{} focusable="false"><use href="{}#{}"></use></svg>',
        css,
        spoken,
        _sprite(),
        name,
    )


@cache
def _sprite() -> str:
    """The address of the icons: asked for once, since a page has a hundred of them."""
    return static("web/icons.svg")


def kbd(keys: object) -> SafeString:
    """Key caps for one key (`a`) or a sequence (`g q`)."""
    caps = format_html_join(" ", "<kbd>{}</kbd>", ((key,) for key in str(keys).split()))
    return format_html('<span class="keys" aria-hidden="true">{}</span>', caps)


def button(
    text: str,
    kind: str = "secondary",
    size: str = "md",
    icon_name: str = "",
    key: str = "",
    href: str = "",
    icon_only: bool = False,
    icon_end: str = "",
    **given: Any,
) -> SafeString:
    """A button, or a link that looks like one when `href` is given; further attributes go to the element.

    Raises ValueError for an unknown kind, so that a typing error is seen by the first person who opens the page.
    """
    if kind not in BUTTON_KINDS:
        raise ValueError(f"unknown kind of button: {kind}")
    given["class"] = f"btn btn-{kind} btn-{size} {'btn-icon' if icon_only else ''} {given.get('class', '')}".strip()
    given["data_key"] = key
    given["data_key_label"] = given.pop("key_label", None)
    if icon_only:
        given["title"] = text
    _behaviour(given, href)
    return format_html(
        "<{tag}{attributes}>{icon}<span{hidden}>{text}</span>{icon_end}{key}</{tag}>",
        tag="a" if href else "button",
        attributes=attributes(given),
        icon=icon("loader" if given.get("aria_busy") else icon_name),
        hidden=attributes({"class": "visually-hidden" if icon_only else "btn-text"}),
        text=text,
        icon_end=icon(icon_end),
        key=kbd(key) if key and not icon_only else "",
    )


def _behaviour(given: dict[str, Any], href: str) -> None:
    """What happens on a press: follow, submit, open a dialog or close the one around it."""
    opens, closes, busy = given.pop("open", ""), given.pop("close", False), given.pop("busy", False)
    if opens:
        given |= {"type": "button", "data_open": opens, "aria_haspopup": "dialog"}
    elif closes:
        given |= {"type": "button", "data_close": True}
    elif href:
        given["href"] = href
        given.pop("type", None)
        if given.pop("disabled", False):
            given |= {"href": None, "role": "link", "aria_disabled": "true"}
    else:
        given.setdefault("type", "submit")
    if busy:
        given |= {"aria_busy": "true", "disabled": True}


def percent(probability: float | None, digits: int = 0) -> str:
    """`0.934` as "93 %"; "–" for None. Never rounds up to 100 % or down to 0 % what is neither."""
    if probability is None:
        return "–"
    shown = round(probability * 100, digits)
    step = 10**-digits
    if shown >= 100 > probability * 100:
        return _(">%(number)s %%") % {"number": f"{100 - step:.{digits}f}"}
    if shown <= 0 < probability:
        return _("<%(number)s %%") % {"number": f"{step:.{digits}f}"}
    return _("%(number)s %%") % {"number": f"{shown:.{digits}f}"}
