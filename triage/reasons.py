"""Coded reasons: why a clinician departed from the proposal, waits, takes a lower urgency or takes a judgement back."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OverrideReason(models.TextChoices):
    """Why the clinician's judgement differs from what was proposed."""

    EXAMINATION = "examination", _("Examination shows something else")
    HISTORY = "history", _("History or context that the text does not hold")
    TESTS = "tests", _("Test results")
    MISREAD = "misread", _("A finding was misread: denied, past, or another person's")
    CHANGED = "changed", _("The person's state has changed since")
    NOT_LISTED = "not_listed", _("The right condition was not among those proposed")
    WRONG_INPUT = "wrong_input", _("Something was entered wrongly")
    PATHWAY = "pathway", _("Local pathway or standing order")
    JUDGEMENT = "judgement", _("Clinical judgement: the proposal does not fit")


class DeferReason(models.TextChoices):
    """What the decision waits for."""

    TESTS = "awaiting_tests", _("Test results are awaited")
    OBSERVATION = "observation", _("To be seen again after a time of observation")
    SENIOR = "senior", _("A senior's opinion is asked for")
    HISTORY = "more_history", _("More history is needed, e.g. from relatives")
    ELSEWHERE = "elsewhere", _("Someone else decides")


class LowerReason(models.TextChoices):
    """Why a further assessment may be less urgent than the one before."""

    IMPROVED = "improved", _("The person is better: seen and examined")
    TREATED = "treated", _("Treatment has worked")
    REMEASURED = "remeasured", _("Measured again: the earlier value was wrong or has passed")
    REWRITTEN = "rewritten", _("What was written before was wrong")


class WithdrawReason(models.TextChoices):
    """Why a judgement is taken back."""

    SLIP = "slip", _("Recorded by mistake")
    WRONG_VISIT = "wrong_visit", _("Meant for another visit")
    NEW_INFORMATION = "new_information", _("New information")


LABELS = {
    code: label
    for choices in (OverrideReason, DeferReason, LowerReason, WithdrawReason)
    for code, label in choices.choices
}
