"""How much the machine may decide by itself at which risk. Figures alone: no post is shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from aimass_apps.people.access import needs
from aimass_apps.registry.models import ModelVersion
from aimass_apps.web.components.markup import percent
from moderation.automatic_figures import CONFIDENCES, RISKS, other_policy, request_figures, reviews_since
from moderation.models import AutomaticFigures
from moderation.policy_revisions import policy_file, revision_in_force
from moderation.risk_cases.reviewed import deciding_candidates


class RiskForm(forms.Form):
    """Which version, how many errors are allowed, and how sure that must be."""

    version = forms.ChoiceField(label=_("Version"))
    risk = forms.ChoiceField(
        label=_("Errors allowed"),
        choices=[(str(risk), f"{100 * risk:g} %") for risk in RISKS],
    )
    confidence = forms.ChoiceField(
        label=_("Confidence"),
        choices=[(str(share), f"{100 * share:g} %") for share in CONFIDENCES],
    )


@dataclass(frozen=True)
class Side:
    """One kind of automatic decision as the page shows it."""

    name: str
    icon: str
    needed: int  # cases without an error from which anything can be shown
    cases: int  # that may be decided so, each labelled with the same chance
    settings: list[list[float]]  # [operating point, cases, errors, bound, share] of each that was tested
    chosen: list[float] | None  # the boldest of them that may be used
    shares: list[tuple[str, float]]  # (risk, per cent of posts)

    @property
    def share_shown(self) -> str:
        """Of all posts, how much the chosen setting decides."""
        return percent(self.chosen[4] if self.chosen else 0.0, digits=1)

    @property
    def bound_shown(self) -> str:
        """The chosen setting's bound."""
        return percent(self.chosen[3] if self.chosen else 0.0, digits=1)

    @property
    def missing(self) -> int:
        """How many more cases could show anything, if none of them were an error."""
        # A fifth of the cases only places the sequence.
        return max(0, round(self.needed / 0.8) + 1 - self.cases)


@require_GET
@needs("automatic.view")
def automatic(request: HttpRequest) -> HttpResponse:
    """What share of posts could be automatic under which risk, and which reviews say so."""
    versions = {str(version): version for version in deciding_candidates()}
    base = policy_file()
    shown: dict[str, Any] = {"policy": base, "revision": revision_in_force(base), "versions": versions}
    if versions:
        form = _form(versions, request.GET)
        shown["form"] = form
        if form.is_valid():
            shown |= _chosen(versions[form.cleaned_data["version"]], form.cleaned_data)
    part = "moderation/_automatic_figures.html" if request.headers.get("HX-Request") else "moderation/automatic.html"
    return render(request, part, shown)


@require_POST
@needs("automatic.view")
def work_out(request: HttpRequest) -> HttpResponse:
    """Ask for the version's figures, and go back to where they appear."""
    versions = {str(version): version for version in deciding_candidates()}
    form = _form(versions, request.POST)
    if not form.is_valid():
        return redirect("moderation:automatic")
    request_figures(version=versions[form.cleaned_data["version"]])
    return redirect(_address(form.cleaned_data))


def _form(versions: dict[str, ModelVersion], asked: QueryDict) -> RiskForm:
    chosen = {"version": next(iter(versions), ""), "risk": "0.02", "confidence": "0.95"}
    form = RiskForm(chosen | {name: asked[name] for name in chosen if name in asked})
    form.fields["version"].choices = [(name, name) for name in versions]  # type: ignore[attr-defined]  # ChoiceField
    return form


def _address(chosen: dict[str, str]) -> str:
    return f"{reverse('moderation:automatic')}?{urlencode(chosen)}"


def _chosen(version: ModelVersion, chosen: dict[str, str]) -> dict[str, Any]:
    row = AutomaticFigures.objects.filter(version=version).select_related("version").first()
    delta = round(1 - float(chosen["confidence"]), 2)
    shown = {"name": str(version), "chosen": chosen, "delta": delta, "address": _address(chosen), "row": row}
    return shown | (_known(row, row.figures, chosen) if row and row.figures else {})


def _known(row: AutomaticFigures, figures: dict[str, Any], chosen: dict[str, str]) -> dict[str, Any]:
    return {
        "figures": figures,
        "until": datetime.fromisoformat(figures["until"]) if figures["until"] else None,
        "since": reviews_since(row),
        "other_policy": other_policy(row),
        "sides": [
            _side(_("Clear by itself"), "check-circle", figures["sides"]["clear"], chosen),
            _side(_("Remove by itself"), "ban", figures["sides"]["act"], chosen),
        ],
    }


def _side(name: Any, icon: str, side: dict[str, Any], chosen: dict[str, str]) -> Side:
    risks = side["found"][chosen["confidence"]]
    found = risks[chosen["risk"]]
    return Side(
        name=str(name),
        icon=icon,
        needed=found["needed"],
        cases=side["cases"],
        settings=found["settings"],
        chosen=_best(found),
        shares=[(f"{100 * each:g} %", round(100 * _share(risks[str(each)]), 1)) for each in RISKS],
    )


def _best(found: dict[str, Any]) -> list[float] | None:
    return None if found["chosen"] is None else found["settings"][found["chosen"]]


def _share(found: dict[str, Any]) -> float:
    best = _best(found)
    return best[4] if best else 0.0
