"""The component library for templates: `{% load aimass %}`. How each is used stands in docs/components.md."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from aimass_apps.web.components import badges, charts, fields, markup, moments
from aimass_apps.web.components.highlight import highlight

register = template.Library()

register.simple_tag(markup.icon, name="icon")
register.simple_tag(markup.kbd, name="kbd")
register.simple_tag(markup.percent, name="percent")
register.simple_tag(moments.when, name="when")
register.simple_tag(highlight, name="highlight")


@register.simple_tag
def button(text: str, icon: str = "", **given: Any) -> SafeString:
    """A button or a link that looks like one: see `markup.button`."""
    return markup.button(text, icon_name=icon, **given)


@register.simple_tag
def badge(text: object, tone: str = "neutral", icon: str = "", size: str = "md") -> SafeString:
    """A short fact with a tone of `badges.TONES`."""
    return badges.badge(text, tone, icon, size)


@register.simple_tag
def look(scale: str, value: object, size: str = "md") -> SafeString:
    """A value on a scale that some app has registered: see `badges.register`."""
    return badges.on_scale(scale, value, size)


@register.simple_tag
def stage(value: object, size: str = "md") -> SafeString:
    """A model version's stage."""
    return badges.on_scale("stage", value, size)


@register.simple_tag
def state(value: object, size: str = "md") -> SafeString:
    """Where a prediction, delivery, promotion or service stands."""
    return badges.on_scale("state", value, size)


@register.inclusion_tag("_components/field.html")
def field(
    bound: BoundField, look: str = "", label: str = "", suffix: str = "", hide_label: bool = False, **given: Any
) -> dict[str, Any]:
    """Label, control, help and errors of a bound field; further attributes go to the control."""
    return fields.parts(bound, look, label, suffix, hide_label, given)


@register.inclusion_tag("_components/form_errors.html")
def form_errors(form: BaseForm) -> dict[str, object]:
    """A summary of what is wrong, with links to the fields; nothing when all is well."""
    wrong = [(bound, bound.errors) for bound in form if bound.errors]
    return {"form": form, "general": form.non_field_errors(), "wrong": wrong}


@register.inclusion_tag("_components/form_fields.html")
def form_fields(form: BaseForm) -> dict[str, object]:
    """The summary of errors and every field in order."""
    return {"form": form}


@register.inclusion_tag("_components/chip.html")
def chip(
    text: object,
    tone: str = "neutral",
    icon: str = "",
    count: object = None,
    href: str = "",
    remove: str = "",
    active: bool = False,
) -> dict[str, object]:
    """A filter or tag; `href` makes it a link, `remove` is where its cross leads."""
    return {"text": text, "tone": tone, "icon": icon, "count": count, "href": href, "remove": remove, "active": active}


@register.inclusion_tag("_components/stat.html")
def stat(
    label: str,
    value: object,
    hint: str = "",
    tone: str = "",
    href: str = "",
    icon: str = "",
    spark: Sequence[float | None] | None = None,
) -> dict[str, object]:
    """A tile with one number."""
    line = charts.spark(spark) if spark else ""
    return {"label": label, "value": value, "hint": hint, "tone": tone, "href": href, "icon": icon, "spark": line}


@register.inclusion_tag("_components/key_value.html")
def key_value(pairs: Iterable[Sequence[object]] | Mapping[str, object]) -> dict[str, object]:
    """A definition list; a pair whose value is None is left out."""
    rows = pairs.items() if isinstance(pairs, Mapping) else pairs
    return {"pairs": [(row[0], row[1]) for row in rows if row[1] is not None]}


@register.inclusion_tag("_components/help_tip.html")
def help_tip(text: str) -> dict[str, object]:
    """A question mark that opens an explanation; works without script and by keyboard."""
    return {"text": text}


@register.inclusion_tag("_components/empty_state.html")
def empty_state(
    icon: str, title: str, text: str = "", href: str = "", action: str = "", key: str = ""
) -> dict[str, object]:
    """What it means that nothing is here, and what to do next."""
    return {"icon": icon, "title": title, "text": text, "href": href, "action": action, "key": key}


@register.inclusion_tag("_components/progress.html")
def progress(value: float | None = None, maximum: float = 100, label: str = "", hint: str = "") -> dict[str, object]:
    """A progress bar; `value=None` when nobody knows how long."""
    share = None if value is None or not maximum else max(0.0, min(100.0, value / maximum * 100))
    return {"value": value, "maximum": maximum, "label": label, "hint": hint, "share": share}


@register.inclusion_tag("_components/skeleton.html")
def skeleton(lines: int = 3) -> dict[str, object]:
    """Grey lines that hold the place of what is still loading."""
    return {"lines": range(lines)}


@register.inclusion_tag("_components/tabs.html")
def tabs(items: Iterable[Mapping[str, object]], label: str = "") -> dict[str, object]:
    """Views of one page as links: dicts with `label url active count icon`."""
    return {"items": list(items), "label": label}


@register.inclusion_tag("_components/breadcrumbs.html")
def breadcrumbs(items: Iterable[tuple[str, str]]) -> dict[str, object]:
    """The way here: pairs of (label, url)."""
    return {"items": list(items)}


@register.inclusion_tag("_components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page[Any], parameter: str = "page") -> dict[str, object]:
    """Links to the other pages of a list; keeps the other query parameters."""
    query = context["request"].GET.copy() if "request" in context else None
    links = []
    for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1):
        links.append({"number": number, "url": _page_url(query, parameter, number), "here": number == page.number})
    before = _page_url(query, parameter, page.previous_page_number()) if page.has_previous() else ""
    after = _page_url(query, parameter, page.next_page_number()) if page.has_next() else ""
    return {"page": page, "links": links, "before": before, "after": after}


def _page_url(query: Any, parameter: str, number: object) -> str:
    if not isinstance(number, int):
        return ""  # the "…" between far pages
    if query is None:
        return f"?{parameter}={number}"
    query[parameter] = number
    return f"?{query.urlencode()}"


@register.inclusion_tag("_components/bar_chart.html")
def bar_chart(
    rows: Sequence[Sequence[object]], title: str, unit: str = "", empty: str = "", full: float = 0.0
) -> dict[str, object]:
    """Horizontal bars for (label, number) or (label, number, tone); `full` is what fills a bar, else the longest."""
    return {"bars": charts.bars(rows, unit, full), "title": title, "empty": empty}


@register.inclusion_tag("_components/line_chart.html")
def line_chart(
    series: Mapping[str, Sequence[float | None]],
    title: str,
    labels: Sequence[object] = (),
    unit: str = "",
    empty: str = "",
) -> dict[str, object]:
    """One line for each named series; None breaks a line."""
    known = any(value is not None for values in series.values() for value in values)
    return {"chart": charts.lines(series, labels, unit) if known else None, "title": title, "empty": empty}


@register.inclusion_tag("_components/line_chart.html")
def curve_chart(
    series: Mapping[str, charts.Curve],
    title: str,
    x: str = "",
    y: str = "",
    *,
    diagonal: bool = False,
    dots: bool = False,
) -> dict[str, object]:
    """Curves over the unit square, such as ROC: a list of (x, y) for each name."""
    return {"chart": charts.curves(series, (x, y), diagonal=diagonal, dots=dots) if series else None, "title": title}


@register.inclusion_tag("_components/line_chart.html")
def scatter_chart(
    places: Sequence[tuple[str, float, float]], title: str, x: str = "", y: str = ""
) -> dict[str, object]:
    """A dot for each (name, x, y), with y from 0 to 1; the page says the numbers in a table of its own."""
    return {"chart": charts.scatter(places, (x, y)) if places else None, "title": title, "dots_only": True}


@register.inclusion_tag("_components/sparkline.html")
def sparkline(values: Sequence[float | None], title: str) -> dict[str, object]:
    """A word-sized line."""
    return {"path": charts.spark(values), "title": title}


@register.inclusion_tag("_components/probability.html")
def probability(
    value: float | None, label: str = "", tone: str = "accent", threshold: float | None = None
) -> dict[str, object]:
    """One bar from 0 to 1 with its number, and a mark at the threshold."""
    return {
        "value": value,
        "share": None if value is None else round(max(0.0, min(1.0, value)) * 100, 1),
        "label": label,
        "tone": tone,
        "threshold": None if threshold is None else round(threshold * 100, 1),
        "threshold_text": markup.percent(threshold),
    }


@register.inclusion_tag("_components/probability_table.html")
def probability_table(rows: Iterable[Sequence[Any]], models: Sequence[str], title: str) -> dict[str, object]:
    """Rows of (label, probabilities, note): one bar for each model, side by side."""
    made = [{"label": row[0], "values": list(row[1]), "note": row[2] if len(row) > 2 else ""} for row in rows]
    return {"rows": made, "models": models, "title": title}


@register.simple_block_tag(end_name="endcard")
def card(content: str, title: str = "", icon: str = "", tone: str = "", actions: str = "", **given: Any) -> SafeString:
    """A surface with a heading; further attributes go to its `<section>`."""
    given["class"] = f"card {f'card-{tone}' if tone else ''} {given.get('class', '')}".strip()
    known = {"content": content, "title": title, "icon": icon, "actions": actions}
    return SafeString(render_to_string("_components/card.html", known | {"attributes": markup.attributes(given)}))


@register.simple_block_tag(end_name="endbanner")
def banner(content: str, tone: str = "info", title: str = "", icon: str = "") -> SafeString:
    """A message that stays: `info ok warn danger`."""
    icon = icon or {"info": "info", "ok": "check-circle", "warn": "alert", "danger": "x-circle"}[tone]
    known = {"content": content, "tone": tone, "title": title, "icon": icon}
    return SafeString(render_to_string("_components/banner.html", known))


# `id` and `open` are the names of HTML, so they come as free attributes.
@register.simple_block_tag(end_name="enddialog")
def dialog(content: str, name: str, title: str = "", **given: Any) -> SafeString:
    """A native dialog named `name`, opened by `{% button open="name" %}`; `open=True` shows it at load."""
    given["data_show"] = given.pop("open", False)
    given["class"] = f"dialog {given.get('class', '')}".strip()
    known = {"content": content, "name": name, "title": title, "attributes": markup.attributes(given)}
    return SafeString(render_to_string("_components/dialog.html", known))


@register.simple_block_tag(end_name="endmenu")
def menu(content: str, label: str, icon: str = "more", align: str = "end", icon_only: bool = False) -> SafeString:
    """A drop-down of links and buttons with `class="menu-item"`."""
    known = {"content": content, "label": label, "icon": icon, "align": align, "icon_only": icon_only}
    return SafeString(render_to_string("_components/menu.html", known))


@register.simple_block_tag(end_name="endpage_header")
def page_header(content: str, title: str, lead: str = "", meta: str = "") -> SafeString:
    """The page's heading, with its actions as content."""
    known = {"content": SafeString(content.strip()), "title": title, "lead": lead, "meta": meta}
    return SafeString(render_to_string("_components/page_header.html", known))


@register.simple_block_tag(end_name="endaction_bar")
def action_bar(content: str) -> SafeString:
    """The decision of an item page, always in sight at the lower edge; goes into the block `actions`."""
    return SafeString(render_to_string("_components/action_bar.html", {"content": content}))
