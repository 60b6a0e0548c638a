"""How much the machine may decide by itself at which risk. Figures alone: no post is shown."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from aimass_apps.ml.risk import Case, Control, control, thin
from aimass_apps.people.access import needs
from aimass_apps.web.components.markup import percent
from moderation.operating_point import DIALS
from moderation.policy_revisions import policy_file, revision_in_force
from moderation.risk_cases.reviewed import deciding_candidates, reviewed_cases

RISKS = (0.005, 0.01, 0.02, 0.05, 0.1)
CONFIDENCES = (0.9, 0.95, 0.99)


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
    found: Control
    cases: int  # that may be decided so, each labelled with the same chance
    bound: float | None  # of the chosen setting
    settings: list[tuple[float, int, int, float, float]]
    shares: list[tuple[str, float]]  # (risk, per cent of posts)

    @property
    def share_shown(self) -> str:
        """Of all posts, how much the chosen setting decides."""
        return percent(self.found.chosen.share if self.found.chosen else 0.0, digits=1)

    @property
    def bound_shown(self) -> str:
        """The chosen setting's bound."""
        return percent(self.bound or 0.0, digits=1)

    @property
    def missing(self) -> int:
        """How many more cases could show anything, if none of them were an error."""
        # A fifth of the cases only places the sequence.
        return max(0, round(self.found.needed / 0.8) + 1 - self.cases)


@require_GET
@needs("automatic.view")
def automatic(request: HttpRequest) -> HttpResponse:
    """What share of posts could be automatic under which risk, and which reviews say so."""
    versions = {str(version): version for version in deciding_candidates()}
    base = policy_file()
    shown: dict[str, Any] = {"policy": base, "revision": revision_in_force(base), "versions": versions}
    if versions:
        chosen = {"version": next(iter(versions)), "risk": "0.02", "confidence": "0.95"}
        form = RiskForm(chosen | {name: request.GET[name] for name in chosen if name in request.GET})
        form.fields["version"].choices = [(name, name) for name in versions]  # type: ignore[attr-defined]  # ChoiceField
        shown["form"] = form
        if form.is_valid():
            name = form.cleaned_data["version"]
            risk, confidence = float(form.cleaned_data["risk"]), float(form.cleaned_data["confidence"])
            shown |= {"name": name, "risk": risk, "confidence": confidence, "delta": round(1 - confidence, 2)}
            reviewed = reviewed_cases(versions[name])
            shown["reviewed"] = reviewed
            shown["sides"] = [
                _side(_("Clear by itself"), "check-circle", reviewed.clear, risk, 1 - confidence),
                _side(_("Remove by itself"), "ban", reviewed.act, risk, 1 - confidence),
            ]
    return render(request, "moderation/automatic.html", shown)


def _side(name: Any, icon: str, cases: list[Case], risk: float, delta: float) -> Side:
    found = control(cases, DIALS, alpha=risk, delta=delta)
    rows = [(each.dial, each.cases, each.errors, each.bound(delta), each.share) for each in found.settings]
    return Side(
        name=str(name),
        icon=icon,
        found=found,
        cases=len(thin([case for case in cases if case.point <= max(DIALS)])),
        bound=found.chosen.bound(delta) if found.chosen else None,
        settings=rows,
        shares=[(f"{100 * each:g} %", round(100 * _share(cases, each, delta), 1)) for each in RISKS],
    )


def _share(cases: list[Case], risk: float, delta: float) -> float:
    chosen = control(cases, DIALS, alpha=risk, delta=delta).chosen
    return chosen.share if chosen else 0.0
