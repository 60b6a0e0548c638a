"""What the catalogue's pages show of a condition, a finding and a safety rule, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from triage.knowledge.load import Condition, Finding, load_catalogue
from triage.knowledge.red_flags import Limits, Rule, Term
from triage.knowledge.search import conditions_with
from triage.knowledge.vital_terms import VitalTerm
from triage.labels import name_of

TYPICAL = 3  # findings that a row of the list names

SYSTEMS: Mapping[str, str | Promise] = {
    "blood_cancer": gettext_lazy("Blood and cancer"),
    "cardiovascular": gettext_lazy("Heart and vessels"),
    "children": gettext_lazy("Children"),
    "digestive": gettext_lazy("Digestion"),
    "emergency": gettext_lazy("Injury, poisoning, emergencies"),
    "endocrine": gettext_lazy("Hormones and metabolism"),
    "eye_ent": gettext_lazy("Eye, ear, nose and throat"),
    "infection": gettext_lazy("Infections"),
    "mental": gettext_lazy("Mental health"),
    "musculoskeletal": gettext_lazy("Bones, joints, muscles"),
    "neuro": gettext_lazy("Nerves and brain"),
    "renal_genital": gettext_lazy("Kidney, bladder, genitals"),
    "respiratory": gettext_lazy("Lungs and airways"),
    "skin": gettext_lazy("Skin"),
    "women": gettext_lazy("Women and pregnancy"),
}
KINDS: Mapping[str, str | Promise] = {
    "symptom": gettext_lazy("Symptom"),
    "sign": gettext_lazy("Sign"),
    "history": gettext_lazy("History"),
    "test": gettext_lazy("Test"),
    "vital": gettext_lazy("Vital sign"),
}
ONSETS: Mapping[str, str | Promise] = {
    "sudden": gettext_lazy("Sudden"),
    "acute": gettext_lazy("Acute"),
    "gradual": gettext_lazy("Gradual"),
}
UNITS: Mapping[str, str | Promise] = {
    "hour": gettext_lazy("hours"),
    "day": gettext_lazy("days"),
    "week": gettext_lazy("weeks"),
    "month": gettext_lazy("months"),
    "year": gettext_lazy("years"),
}


def system_name(system: str) -> str:
    return str(SYSTEMS.get(system, system.replace("_", " ").capitalize()))


def finding_name(finding: str) -> str:
    """The finding's name in the reader's language; an id that the catalogue does not know stays readable."""
    known = load_catalogue().findings.get(finding)
    if known is None:
        return finding.replace("_", " ")
    return known.name_zh if (get_language() or "").startswith("zh") and known.name_zh else known.name


def condition_row(condition: Condition) -> dict[str, Any]:
    """One line of the list."""
    typical = sorted(condition.findings, key=lambda each: -condition.findings[each])[:TYPICAL]
    return {"entry": condition, "name": name_of(condition.id), "typical": [finding_name(each) for each in typical]}


def condition_page(condition: Condition) -> dict[str, Any]:
    """Everything the catalogue says about a condition."""
    return {
        "condition": condition,
        "name": name_of(condition.id),
        "system": system_name(condition.system),
        "facts": _facts(condition),
        "findings": _typicality(condition.findings),
        "risk_factors": _typicality(condition.risk_factors),
        "against": [{"id": each, "name": finding_name(each)} for each in condition.against],
    }


def _facts(condition: Condition) -> list[tuple[str, str]]:
    youngest, oldest = (f"{age:g}" for age in condition.age_range)
    return [
        (_("Also called"), ", ".join(condition.synonyms) or "–"),
        (_("Chinese name"), condition.name_zh),
        (_("ICD-10-CM"), condition.icd10),
        (_("Part"), system_name(condition.system)),
        (_("Age"), _("%(youngest)s to %(oldest)s years") % {"youngest": youngest, "oldest": oldest}),
        (_("Women among the patients"), f"{condition.female:.0%}"),
        (_("Onset"), str(ONSETS.get(condition.onset, condition.onset))),
        (_("Usual duration when they come"), _duration(condition)),
        (_("How common"), _("%(place)d of 9") % {"place": condition.prevalence}),
    ]


def _duration(condition: Condition) -> str:
    lasts = condition.duration
    unit = UNITS.get(lasts.unit, lasts.unit)
    return _("%(low)s to %(high)s %(unit)s") % {"low": lasts.low, "high": lasts.high, "unit": unit}


def _typicality(findings: Mapping[str, float]) -> list[dict[str, Any]]:
    """Most typical first; names in both languages."""
    known = load_catalogue().findings
    return [
        {"id": each, "name": finding_name(each), "name_zh": known[each].name_zh, "share": share}
        for each, share in sorted(findings.items(), key=lambda pair: -pair[1])
    ]


def finding_row(finding: Finding) -> dict[str, Any]:
    return {"entry": finding, "kind": KINDS.get(finding.kind, finding.kind), "used": len(conditions_with(finding.id))}


def finding_page(finding: Finding) -> dict[str, Any]:
    """A finding with its wordings and the conditions it belongs to."""
    return {
        "finding": finding,
        "name": finding_name(finding.id),
        "facts": [
            (_("Chinese name"), finding.name_zh),
            (_("Kind"), str(KINDS.get(finding.kind, finding.kind))),
            (_("Question"), finding.question),
            (_("Patients say"), "; ".join(finding.lay)),
            (_("Clinicians write"), "; ".join(finding.clinical)),
            (_("Source"), finding.source),
        ],
        "conditions": [
            {"entry": each, "name": name_of(each.id), "share": share} for each, share in conditions_with(finding.id)
        ],
    }


def rule_row(rule: Rule) -> dict[str, Any]:
    """A safety rule in words: what it asks for, for whom, and the two cases that show it at work."""
    parts = ((_("all of"), rule.all), (_("one of"), rule.any), (_("none of"), rule.none))
    return {
        "rule": rule,
        "asks": [(words, _terms(terms)) for words, terms in parts if terms],
        "limits": _limits(rule.limits),
        "fires": _case(rule.fires),
        "near_miss": _case(rule.near_miss),
    }


def _terms(terms: Iterable[Term]) -> list[str]:
    return [f" {_('or')} ".join(_alternative(each) for each in term) for term in terms]


def _alternative(part: str | VitalTerm) -> str:
    if isinstance(part, VitalTerm):
        return f"{part.name.replace('_', ' ')} {part.operator} {part.value}"
    return part.replace("_", " ")


def _limits(limits: Limits) -> list[str]:
    found = []
    if limits.age_min is not None:
        found.append(_("from %(age)s years") % {"age": f"{limits.age_min:g}"})
    if limits.age_max is not None:
        found.append(_("under %(age)s years") % {"age": f"{limits.age_max:g}"})
    if limits.sex:
        found.append(_("women") if limits.sex == "female" else _("men"))
    if limits.pregnant is not None:
        found.append(_("pregnant") if limits.pregnant else _("not pregnant"))
    return found


def _case(case: Mapping[str, object]) -> dict[str, Any]:
    """The case's text, and what else was known: age, sex, pregnancy, vital signs."""
    rest = [
        _fact(key, value)
        for name, given in case.items()
        if name != "text"
        for key, value in (given.items() if isinstance(given, dict) else [(name, given)])
    ]
    return {"text": case.get("text", ""), "facts": ", ".join(rest)}


def _fact(name: str, value: object) -> str:
    words = name.replace("_", " ")
    if isinstance(value, bool):
        return words if value else _("not %(fact)s") % {"fact": words}
    return f"{words} {value}"
