"""A language model as a version: prompt, answer schema and the model's name, frozen and hashed as any artefact."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Final

from aimass_apps.inference.kinds.llm.kind import KIND as LLM
from aimass_apps.inference.kinds.llm.predictor import ASKING, FILES, PROMPT, SCHEMA
from aimass_apps.ml.evaluate.card import CARD, render_card
from aimass_apps.people.models import User
from aimass_apps.registry.artefacts import Manifest, write_manifest
from aimass_apps.registry.models import ModelVersion, Stage
from aimass_apps.registry.stages import move_version
from aimass_apps.registry.store import install_version
from triage import DESK
from triage.metrics import label_space

SOURCE: Final = Path(__file__).parent
OFFERS, MOST_TOKENS = 60, 1200
LIMITS: Final = """\
Asks `{model}` at the endpoint that the installation names (AIMASS_LLM_URL) about each visit: the text, age, sex and
vital signs go there. It may choose from {offers} conditions of the catalogue, those whose findings the text names; on
600 invented cases of the catalogue's own generator the right one was among 60 in over 99 %, which is kinder than real
texts are.

Of its answer only catalogue ids, numbers and places in the text are kept. A claim whose quoted words are not in the
text, name no known finding, or are denied, feared, past or somebody else's there, is dropped, and the visit says so:
on the project's own phrases with known assertion 2.3 % of the denied, feared and relatives' findings pass (8 of 347)
and 95.9 % of the asserted ones (258 of 269). A refusal, a time-out or an unreadable answer is shown as that. It decides
nothing: neither the proposed urgency nor the pooled ranking knows it. How well it names conditions depends on the model
and has not been measured here: measure it (`manage.py evaluate`) before leaning on it. The checks tie claims to words;
whether the words support the claim is for the clinician."""


def register(
    *, model: str, offers: int = OFFERS, most_tokens: int = MOST_TOKENS, by: User | None = None
) -> ModelVersion:
    """The version that asks `model` in this way: the one that is there, else a new candidate."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manifest = write_version(folder, model=model, offers=offers, most_tokens=most_tokens)
        same = ModelVersion.objects.filter(desk=manifest.desk, kind=manifest.kind, manifest__files=manifest.files)
        return same.first() or install_version(folder=folder, by=by)


def go_live(*, model: str, reason: str, by: User | None, offers: int = OFFERS, most_tokens: int = MOST_TOKENS) -> None:
    """Let `model` answer, unless another language model does."""
    version = register(model=model, offers=offers, most_tokens=most_tokens, by=by)
    if not ModelVersion.objects.filter(desk=version.desk, kind=LLM.key, stage=Stage.LIVE).exists():
        move_version(version=version, to=Stage.LIVE, by=by, reason=reason)


def write_version(folder: Path, *, model: str, offers: int = OFFERS, most_tokens: int = MOST_TOKENS) -> Manifest:
    """Write the artefact folder of a version that asks `model`; the folder must exist."""
    for name in (PROMPT, SCHEMA):
        shutil.copyfile(SOURCE / name, folder / name)
    asking = {"model": model, "offers": offers, "most_tokens": most_tokens}
    (folder / ASKING).write_text(json.dumps(asking, indent=1) + "\n", encoding="utf-8")
    manifest = {
        "desk": DESK,
        "kind": LLM.key,
        "language": "any",
        "name": f"Language model {model}",
        "labels": label_space(),
        "base": model,
        "recipe": "triage/llm",
    }
    limits = LIMITS.format(model=model, offers=offers)
    (folder / CARD).write_text(render_card({**manifest, "data": []}, limits), encoding="utf-8")
    return write_manifest(folder, manifest, (*FILES, CARD))
