"""What a language model is asked about a visit, and the JSON that it answers with.

`{"conditions": [{"id", "probability", "quotes"}], "urgency": {"level", "quotes"}}`; `answer.json` is the schema.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from aimass_apps.inference.kinds.llm.reader import Claim
from aimass_apps.inference.predictor import Item, NoAnswer
from triage.metrics import URGENCY
from triage.model_input import tell_facts

MOST_CLAIMS, MOST_QUOTES = 10, 6
LONGEST_TEXT = 12_000  # characters
# Signs that chat templates give a meaning; control characters but for line breaks and tabs.
_MARKUP = re.compile(r"<\|[^<>]{0,60}\|>|</?s>|\[/?INST\]|<</?SYS>>|[\x00-\x08\x0b-\x1f\x7f]")
_THINKS, _THOUGHT, _FENCE = "<think>", "</think>", "```"


def question(item: Item) -> str:
    """The visit as JSON, so that no words of it can end the part that is data."""
    text = _MARKUP.sub(" ", item.text[:LONGEST_TEXT])
    return json.dumps({"person": tell_facts("", item.facts), "text": text}, ensure_ascii=False)


def fill_schema(schema: Mapping[str, Any], ids: list[str]) -> dict[str, Any]:
    """The schema with the offered labels as the only ones that a condition's id may be."""
    whole: dict[str, Any] = json.loads(json.dumps(schema))
    whole["properties"]["conditions"]["items"]["properties"]["id"]["enum"] = ids
    return whole


def read_claims(words: str) -> list[Claim]:
    """The claims in a reply, those of conditions first. Raises `NoAnswer`: `not_json`, `wrong_shape`."""
    try:
        said = json.loads(_bare(words), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise NoAnswer("not_json") from None
    try:
        conditions = [_condition(each) for each in said["conditions"][:MOST_CLAIMS]]
        urgency = said["urgency"]
        return [*conditions, Claim(f"{URGENCY}{_text(urgency['level'])}", 1.0, _quotes(urgency))]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NoAnswer("wrong_shape") from None


def _bare(words: str) -> str:
    """A reply without the thoughts before it and the fence around it. No expression: a long reply must not stall it."""
    said = words.strip()
    if said.startswith(_THINKS) and _THOUGHT in said:
        said = said.partition(_THOUGHT)[2].strip()
    if len(said) >= 2 * len(_FENCE) and said.startswith(_FENCE) and said.endswith(_FENCE):
        said = said.removeprefix(_FENCE).removesuffix(_FENCE).removeprefix("json").strip()
    return said


def _condition(said: Any) -> Claim:
    weight = said["probability"]
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        raise TypeError
    if not (math.isfinite(weight) and 0 <= weight <= 1):
        raise ValueError
    return Claim(_text(said["id"]), float(weight), _quotes(said))


def _quotes(said: Any) -> tuple[str, ...]:
    quotes = said["quotes"]
    if not isinstance(quotes, list):
        raise TypeError
    return tuple(_text(each) for each in quotes[:MOST_QUOTES])


def _text(said: Any) -> str:
    if not isinstance(said, str):
        raise TypeError
    return said


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
