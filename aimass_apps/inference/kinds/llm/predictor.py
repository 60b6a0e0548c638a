"""A large language model behind an endpoint as one of the models: prompt and answer schema are the version's files.

The version names the model; where it answers and with which key is a setting of the installation (`LLM_URL`,
`LLM_KEY`). What it says counts as far as `claim_check` can tie it to the text, and nothing is decided by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from aimass_apps.inference.kinds.llm.claim_check import check_claims
from aimass_apps.inference.kinds.llm.endpoint import Endpoint, complete
from aimass_apps.inference.kinds.llm.reader import Offer, Reader, reader_of
from aimass_apps.inference.predictor import Answer, Item, NoAnswer
from aimass_apps.registry.artefacts import BrokenArtefact, read_manifest
from aimass_apps.strict_files import AtLeastOne, Text, read_json

PROMPT, SCHEMA, ASKING = "prompt.txt", "answer.json", "asking.json"
FILES = (PROMPT, SCHEMA, ASKING)


@dataclass(frozen=True, slots=True)
class Asking:
    """How a version asks: the model's name at the endpoint, how many labels it may choose from, its longest reply."""

    model: Text
    offers: AtLeastOne
    most_tokens: AtLeastOne


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
        reader = reader_of(manifest.desk)
        return cls(
            labels=manifest.labels,
            prompt=(folder / PROMPT).read_text(encoding="utf-8"),
            schema=_answer_schema(folder / SCHEMA, reader),
            asking=read_json(folder / ASKING, Asking, BrokenArtefact),
            reader=reader,
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


def _answer_schema(path: Path, reader: Reader) -> dict[str, Any]:
    """The schema, with the place that the offered labels are filled into. Raises `BrokenArtefact`."""
    schema = read_json(path, dict[str, Any], BrokenArtefact)
    try:
        reader.fill_schema(schema, [])
    except (KeyError, TypeError):
        raise BrokenArtefact("has no place for the labels to choose from", path) from None
    return schema
