"""What `[settings]` of a recipe for naive Bayes may say."""

from dataclasses import dataclass

from aimass_apps.ml.recipe.settings import BelowOne, Inside, Reads
from aimass_apps.strict_files import AtLeastZero


@dataclass(frozen=True, slots=True, kw_only=True)
class BayesTables:
    """`[settings.tables]`.

    `mix`: share of a finding's usual rate in every condition; `rarest`: the lowest usual rate; `absent` and
    `unmentioned`: how much a denied and a silent finding count; `asked`: the most that one rules out; `against`:
    log-odds lost by each finding that speaks against a condition; `prevalence_power`: the power of its prevalence.
    """

    mix: Inside
    rarest: Inside
    absent: AtLeastZero
    unmentioned: AtLeastZero
    asked: BelowOne
    against: AtLeastZero
    prevalence_power: AtLeastZero


@dataclass(frozen=True, slots=True, kw_only=True)
class BayesSettings(Reads):
    """Naive Bayes over findings."""

    tables: BayesTables
