"""A large language model behind an endpoint as one of the models: prompt and answer schema are the version's files.

The version names the model; where it answers and with which key is a setting of the installation (`LLM_URL`,
`LLM_KEY`). What it says counts as far as `claim_check` can tie it to the text, and nothing is decided by it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from aimass_apps.inference.kinds.llm.claim_check import check_claims
from aimass_apps.inference.kinds.llm.endpoint import Endpoint, complete
from aimass_apps.inference.kinds.llm.reader import Offer, Reader, reader_of
from aimass_apps.inference.predictor import Answer, Item, NoAnswer
from aimass_apps.registry.artefacts import read_manifest

PROMPT, SCHEMA, ASKING = "prompt.txt", "answer.json", "asking.json"
FILES = (PROMPT, SCHEMA, ASKING)


@dataclass(frozen=True, slots=True)
class Asking:
    """How a version asks: the model's name at the endpoint, how many labels it may choose from, its longest reply."""

    model: str
    offers: int
    most_tokens: int


def endpoint_of_settings() -> Endpoint:
    """The endpoint that the administrator named."""
    return Endpoint(
        settings.LLM_URL, key=settings.LLM_KEY, timeout=settings.LLM_TIMEOUT, allow_http=settings.LLM_ALLOW_HTTP
    )


class LlmPredictor:
    """Asks about one text after the other."""

    def __init__(
        self,
        *,
        labels: Sequence[str],
        prompt: str,
        schema: Mapping[str, Any],
        asking: Asking,
        reader: Reader,
        endpoint: Endpoint,
    ) -> None:
        self.labels = tuple(labels)
        self._known = frozenset(labels)
        self._choices = frozenset(label for label in labels if ":" not in label)  # others belong to groups
        self._prompt, self._schema, self._asking = prompt, schema, asking
        self._reader, self._endpoint = reader, endpoint

    @classmethod
    def load(cls, folder: Path, device: str = "auto") -> LlmPredictor:
        """Open a version folder; `device` is the endpoint's own matter. Raises `reader.UnknownReader`."""
        manifest = read_manifest(folder)
        return cls(
            labels=manifest.labels,
            prompt=(folder / PROMPT).read_text(encoding="utf-8"),
            schema=json.loads((folder / SCHEMA).read_text(encoding="utf-8")),
            asking=Asking(**json.loads((folder / ASKING).read_text(encoding="utf-8"))),
            reader=reader_of(manifest.desk),
            endpoint=endpoint_of_settings(),
        )

    def predict(self, items: Sequence[Item]) -> list[Answer]:
        """One answer for each item, in order; of several, one without a usable answer has no scores.

        Raises `NoAnswer` where there is none at all.
        """
        answers: list[Answer] = []
        last = None
        for item in items:
            try:
                answers.append(self._answer(item))
            except NoAnswer as none:
                answers.append(Answer({}, none.spans))
                last = none
        if last is not None and not any(answer.scores for answer in answers):
            raise last
        return answers

    def _answer(self, item: Item) -> Answer:
        offers = self._reader.offers(item, self._choices, self._asking.offers)
        said = complete(
            self._endpoint,
            model=self._asking.model,
            messages=[
                {"role": "system", "content": self._prompt.replace("{conditions}", _listed(offers))},
                {"role": "user", "content": self._reader.question(item)},
            ],
            schema=self._reader.fill_schema(self._schema, [offer.label for offer in offers]),
            most_tokens=self._asking.most_tokens,
        )
        return check_claims(self._reader.read_reply(said), labels=self._known, text=item.text, reader=self._reader)


def _listed(offers: Sequence[Offer]) -> str:
    return "\n".join(f"{offer.label}: {offer.meaning}" for offer in offers)
