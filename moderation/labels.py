"""The labels of the desk, named once: policy, models, word lists, forms and training sentences take them from here."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from aimass_apps.translation import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Label:
    """One thing that a post can be. What is one of a `group` is that too.

    The training sentences speak of it where it is `taught`: of the others there are too few.
    """

    key: str
    title: str
    group: str = ""
    taught: bool = True


TOXIC: Final = "toxic"
# Kinds of abuse: whatever is one of these is toxic too, and what is said of `toxic` is said of them. Nothing of the
# kind holds for sexual content, self-harm and spam: a calm cry for help is not toxic at all.
TABLE: Final[tuple[Label, ...]] = (
    Label(TOXIC, _("Toxic")),
    Label("severe_toxic", _("Severely toxic"), group=TOXIC),
    Label("obscene", _("Obscene"), group=TOXIC),
    Label("threat", _("Threat"), group=TOXIC),
    Label("insult", _("Insult"), group=TOXIC),
    Label("identity_hate", _("Hate against a group"), group=TOXIC),
    Label("sexual", _("Sexual"), taught=False),
    Label("self_harm", _("Self-harm")),
    Label("spam", _("Spam")),
)
LABELS: Final = tuple(each.key for each in TABLE)
TAUGHT: Final = tuple(each.key for each in TABLE if each.taught)
GROUPS: Final = {each.key: each.group for each in TABLE if each.group}
TITLES: Final = {each.key: each.title for each in TABLE}
"""In English; whoever shows them translates them."""

# Parts of category names as published word lists use them, and the label they stand for: the first that fits.
CATEGORIES: Final = (
    ("sexual orientation", "identity_hate"),
    ("racial", "identity_hate"),
    ("ethnic", "identity_hate"),
    ("religio", "identity_hate"),
    ("disab", "identity_hate"),
    ("sexual", "sexual"),
    ("threat", "threat"),
    ("violen", "threat"),
    ("spam", "spam"),
)


def with_groups(labels: Collection[str]) -> frozenset[str]:
    """These labels and the groups that they belong to."""
    return frozenset(labels) | {GROUPS[label] for label in labels if label in GROUPS}


def kinds_of(group: str) -> tuple[str, ...]:
    """The labels of a group."""
    return tuple(key for key, own in GROUPS.items() if own == group)


def whole(chosen: frozenset[str]) -> dict[str, bool]:
    """Every label of the desk with yes or no, as the next model learns it."""
    yes = with_groups(chosen)
    return {label: label in yes for label in LABELS}
