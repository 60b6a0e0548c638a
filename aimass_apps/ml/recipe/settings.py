"""What a recipe's `[settings]` may say, for each kind of model; anything else there is refused when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from annotated_types import Interval, MinLen

from aimass_apps.strict_files import AtLeastOne, AtLeastZero, Count, Positive, Share, Text

Ngrams = tuple[AtLeastOne, AtLeastOne]
BelowOne = Annotated[float, Interval(ge=0, lt=1)]
Inside = Annotated[float, Interval(gt=0, lt=1)]
BitCount = Annotated[float, Interval(ge=2, le=8)]
Bits = BitCount | Mapping[str, BitCount]  # of a stored weight; by parts of the matrices' names


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """What a model reads of an item: the steps of `inference.model_input`."""

    reads: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Distil:
    """`[settings.distil]`: see `distil.Teaching`."""

    teacher: Text | tuple[Text | tuple[Text, ...], ...]
    share: Share = 0.5
    rows: AtLeastOne = 20_000
    sources: tuple[Text, ...] = ()
    folds: AtLeastOne = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BertSettings(Reads):
    """How an encoder is fine-tuned.

    `tokens` is the longest text in training, `learning_rate` the peak; `steps` ends the last epoch early.
    `freeze_layers` keeps that many of the lowest layers as they are; the head learns `head_pace` times as fast.
    `bf16` multiplies matrices in bfloat16 where the GPU or processor is made for it; weights stay float32.
    `keep_base` is the share of the base in the final weights: drawn back towards it, a network keeps more of its sense
    for texts unlike the training's (WiSE-FT, Wortsman et al. 2022).
    `layers` and `neurons` prune the base first (see `prune`; 0 keeps all); `adapter = "lora"` trains adapters of `rank`
    and `alpha` beside the matrices named in `targets`; `label_weights` multiply a label's part of the loss.
    `bits` of a stored weight; `serve_tokens` and `combine` are the head's `tokens` and `combine`. With `head_c` a head
    alone is fitted, on the encoder as it was.
    """

    epochs: AtLeastOne = 2
    steps: Count = 0
    learning_rate: Annotated[float, Interval(gt=0, le=1)] = 8e-5
    batch: AtLeastOne = 32
    tokens: Annotated[int, Interval(ge=2, le=8192)] = 96
    warmup: BelowOne = 0.06
    weight_decay: AtLeastZero = 0.01
    dropout: BelowOne = 0.1
    freeze_embeddings: bool = True
    freeze_layers: Count = 0
    head_pace: Positive = 1.0
    checkpoint_every: AtLeastOne = 200
    bf16: bool = False
    keep_base: Share = 0.0
    layers: Count = 0
    neurons: Count = 0
    adapter: Literal["", "lora"] = ""
    rank: AtLeastOne = 8
    alpha: AtLeastOne = 16
    targets: tuple[Text, ...] = ()
    label_weights: Mapping[str, AtLeastZero] = field(default_factory=dict)
    bits: Bits = 8
    serve_tokens: Annotated[int, Interval(ge=2, le=8192)] = 128
    combine: Literal["max", "mean"] = "max"
    head_c: Positive | None = None
    distil: Distil | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One vectoriser of `[[settings.features]]`: `most` terms, each in `min_df` texts at least."""

    analyzer: Literal["word", "char", "char_wb", "pairs"]
    most: AtLeastOne
    ngrams: Ngrams = (1, 1)
    min_df: AtLeastOne = 2
    weigh: Literal["idf", "bayes"] = "idf"

    def __post_init__(self) -> None:
        if self.analyzer == "pairs" and self.weigh != "bayes":
            raise ValueError('pairs need weigh = "bayes"')
        if self.ngrams[0] > self.ngrams[1]:
            raise ValueError("ngrams must rise")


@dataclass(frozen=True, slots=True, kw_only=True)
class SvmSettings(Reads):
    """`c` for few labels, `alpha` and `passes` for many (`fit_svm.MANY`)."""

    features: Annotated[tuple[Feature, ...], MinLen(1)]
    c: Positive = 0.3
    alpha: Positive = 1e-5
    passes: AtLeastOne = 8
    hard_negatives: Positive | None = None
    bits: Bits = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a recipe asks of an ensemble.

    `coverage`: the share of cases whose truth the set must hold. `false_alarms`: the share of known cases that may be
    called unknown. `evenness`: how strongly powers are drawn to each other. See `inference.ensemble.Rule` for the rest.
    """

    coverage: Inside = 0.9
    false_alarms: Inside = 0.05
    evenness: AtLeastZero = 0.0
    rank_cost: AtLeastZero = 0.0
    free_ranks: Count = 0


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What was measured on cases of another origin: how many, and the share whose truth the set held."""

    cases: AtLeastOne
    coverage: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsembleSettings:
    """`members` are kinds; `measured_on` a source; `groups` and `out_of_scope_texts` names that a desk registered."""

    members: Annotated[tuple[Text, ...], MinLen(2)]
    measured_on: Text
    groups: Text
    out_of_scope_texts: Text
    wanted: Wanted = Wanted()
    elsewhere: Elsewhere | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordsSettings:
    """`words` is the list's file, beside the recipe."""

    words: Text
