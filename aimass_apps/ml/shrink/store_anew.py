"""A trained version stored anew: in the present format without loss, or with coarser weights.

Rounding comes after training, so it needs no data; what was measured before no longer holds, and is measured anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from aimass_apps.inference.kinds.bert.predictor import TOKENIZER
from aimass_apps.inference.kinds.svm.predictor import WEIGHTS, SvmPredictor
from aimass_apps.inference.output_head import read_head
from aimass_apps.inference.packed import load_packed, save_packed
from aimass_apps.inference.tensors import Bits, read_weights, write_weights
from aimass_apps.ml.evaluate.card import CARD, limits_of, write_card
from aimass_apps.ml.evaluate.evaluation_report import KEPT
from aimass_apps.ml.evaluate.run_log import artefact_hash
from aimass_apps.ml.fit.svm import write_svm
from aimass_apps.registry.artefacts import MANIFEST, Manifest, read_manifest, verify

BEFORE = "held back from training, before rounding"


class NotStoredAnew(ValueError):
    """Versions of this kind have no weights to store anew."""


def store_anew(folder: Path, out: Path, bits: Bits | None = None) -> Path:
    """The version in `folder` stored in `out`; with `bits` its matrices are rounded to that many (8 or fewer).

    Thresholds and calibration stay; figures stay where nothing was rounded. Raises `NotStoredAnew`, `BrokenArtefact`.
    """
    verify(folder)
    manifest = read_manifest(folder)
    if manifest.kind not in _STORES:
        raise NotStoredAnew(f"{folder}: a version of kind {manifest.kind} has no weights to store anew")
    out.mkdir(parents=True)
    for name in manifest.files:
        shutil.copyfile(folder / name, out / name)
    _STORES[manifest.kind](folder, out, bits)
    limits = limits_of((folder / CARD).read_text(encoding="utf-8")) if CARD in manifest.files else ""
    told = asdict(manifest)
    if bits is not None:
        told |= _rounded(manifest, artefact_hash(folder), bits)
        (out / KEPT).unlink(missing_ok=True)
    files = sorted(path.name for path in out.iterdir() if path.name not in (MANIFEST, CARD))
    write_card(out, told, files, limits)
    return out


def _rounded(manifest: Manifest, artefact: str, bits: Bits) -> dict[str, Any]:
    """What a manifest says otherwise of rounded weights: nothing that was measured with the exact ones."""
    metrics = {BEFORE: manifest.metrics["validation"]} if "validation" in manifest.metrics else {}
    stored = {"bits": dict(bits) if isinstance(bits, Mapping) else {"": bits}, "from": artefact}
    return {"metrics": metrics, "made_with": {**manifest.made_with, "stored_anew": stored}, "created": ""}


def _store_bert(folder: Path, out: Path, bits: Bits | None) -> None:
    if bits is None:
        save_packed(out / WEIGHTS, load_packed(folder / WEIGHTS))
    else:
        write_weights(out / WEIGHTS, read_weights(folder / WEIGHTS), bits)
    Tokenizer.from_file(str(folder / TOKENIZER)).save(str(out / TOKENIZER), pretty=False)


def _store_svm(folder: Path, out: Path, bits: Bits | None) -> None:
    write_svm(SvmPredictor.load(folder), read_head(folder), out, 8 if bits is None else bits)


_STORES: dict[str, Callable[[Path, Path, Bits | None], None]] = {"bert": _store_bert, "svm": _store_svm}
