"""Every action on a post, named once: forms, pages, events, the API's description and the counts take it from here.

To add one, add it to `ACTIONS` and let `makemigrations` write the new choice. Stored posts and decisions name actions
by `outcome`: take none away that has been used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from aimass_apps.web.components.badges import Look
from moderation.reasons import APPROVE_REASONS, REMOVE_REASONS

Words = str | Promise
DECIDED: Final = "post.decided"  # the type of event that platforms get
UNDO: Final = "undo"  # no action: the verdict of a review that takes back its author's last one


@dataclass(frozen=True, slots=True)
class Button:
    """How a person takes an action: the words of its buttons, and the key that presses them."""

    word: Words
    key: str
    kind: str
    icon: str
    done: Words  # said when it is done
    reverse: Words  # takes it in place of the decision in force
    keep: Words  # takes it again, with other labels
    reasons: Mapping[str, Words]
    reasons_title: Words

    @property
    def reverse_kind(self) -> str:
        return "danger" if self.kind == "danger" else "secondary"


@dataclass(frozen=True, slots=True)
class Action:
    """What can be done about a post, by a policy or by people.

    `outcome` is how posts, decisions and platforms name it; `title` stands in lists to choose from, `meaning` in the
    API's description. People take the actions that have a `button`. A policy takes the one of its `step`.
    `confirmed_by` is the action of a person who lets it stand.
    """

    outcome: str
    title: Words
    badge: Look
    meaning: str
    event: str = DECIDED
    step: str = ""
    confirmed_by: str = ""
    button: Button | None = None
    needs_labels: bool = False
    counts_as_strike: bool = False
    leaves_undecided: bool = False

    @property
    def key(self) -> str:
        return self.button.key if self.button else ""


CLEAR: Final = Action(
    outcome="clear",
    title=_("Clear"),
    badge=Look(_("Clear"), "ok", "check"),
    meaning="nothing spoke against the post",
    step="clear",
    confirmed_by="approve",
)
APPROVE: Final = Action(
    outcome="approve",
    title=_("Approved"),
    badge=Look(_("Approved"), "ok", "check-circle"),
    meaning="the post may stay",
    confirmed_by="approve",
    button=Button(
        word=_("Approve"),
        key="a",
        kind="primary",
        icon="check",
        done=_("Approved."),
        reverse=_("Reverse: approve"),
        keep=_("Keep, correct the labels"),
        reasons=APPROVE_REASONS,
        reasons_title=_("When you approve"),
    ),
)
REMOVE: Final = Action(
    outcome="remove",
    title=_("Removed"),
    badge=Look(_("Removed"), "danger", "trash"),
    meaning="the post is to be removed",
    step="act",
    confirmed_by="remove",
    button=Button(
        word=_("Remove"),
        key="r",
        kind="danger",
        icon="trash",
        done=_("Removed."),
        reverse=_("Reverse: remove"),
        keep=_("Keep removed, correct the labels"),
        reasons=REMOVE_REASONS,
        reasons_title=_("When you remove"),
    ),
    needs_labels=True,
    counts_as_strike=True,
)
SUPERSEDED: Final = Action(
    outcome="superseded",
    title=_("Replaced by a newer revision"),
    badge=Look(_("Newer revision"), "neutral", "history"),
    meaning="a newer revision came before anybody decided this one",
    confirmed_by="approve",
)
REOPEN: Final = Action(
    outcome="reopen",
    title=_("Reopened"),
    badge=Look(_("Reversed"), "neutral", "undo"),
    meaning="the decision is taken back and none is in force: the post waits for a person again",
    leaves_undecided=True,
)

ACTIONS: tuple[Action, ...] = (CLEAR, APPROVE, REMOVE, SUPERSEDED, REOPEN)


def action_of(outcome: str) -> Action | None:
    """The action of this name; None for one that is not known (any more)."""
    return next((each for each in ACTIONS if each.outcome == outcome), None)


def action_at(step: str) -> Action | None:
    """What the policy does at a step of `decide`; None where it leaves the post to a person."""
    return next((each for each in ACTIONS if step and each.step == step), None)


def taken_by_people() -> list[Action]:
    return [each for each in ACTIONS if each.button]


def strikes() -> list[str]:
    """The outcomes that speak against a post's author."""
    return [each.outcome for each in ACTIONS if each.counts_as_strike]


def outcomes() -> list[tuple[str, Words]]:
    """What may be in force, as fields take their choices."""
    return [(each.outcome, each.title) for each in ACTIONS if not each.leaves_undecided]


def reasons() -> dict[str, Words]:
    """Every coded reason of every action."""
    return {code: words for each in ACTIONS if each.button for code, words in each.button.reasons.items()}
