"""How each kind is fitted and stored: what a `registry.kinds.Kind` names as its fitter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from aimass_apps.inference.output_head import Array, plain_head
from aimass_apps.ml.fit import processes
from aimass_apps.ml.fit.progress import Progress, Report
from aimass_apps.ml.recipe.examples import Split
from aimass_apps.ml.recipe.schema import Recipe, settings_as, settings_of
from aimass_apps.ml.recipe.settings import BertSettings, Reads, SvmSettings


class Fitted(Protocol):
    """A trained model before calibration."""

    def logits(self, texts: Sequence[str]) -> Array: ...


Store = Callable[[Path], tuple[Fitted, Sequence[str]]]  # writes what was fitted; opens it again, and its files
Fitter = Callable[[Recipe, Sequence[Split], Path, Report], Store]  # recipe, rows, work folder, progress


def head_shape(plan: Recipe) -> dict[str, Any]:
    """The head's settings that a recipe may set."""
    given = settings_of(plan)
    windows = {"tokens": given.serve_tokens, "combine": given.combine} if isinstance(given, BertSettings) else {}
    return {**windows, "reads": given.reads} if isinstance(given, Reads) else windows


def fit_bert_version(plan: Recipe, splits: Sequence[Split], work: Path, progress: Report) -> Store:
    # Imported here: torch is not there on a machine that trains SVMs only.
    from aimass_apps.inference.kinds.bert.predictor import BertPredictor
    from aimass_apps.ml.fit.bert import fit_bert
    from aimass_apps.ml.shrink.compress import FILES, compress

    if "distil" in plan.settings:
        from aimass_apps.ml.fit.distil import with_teacher

        with processes.first_goes_first():
            splits = with_teacher(plan, splits, work, progress)
    fitted = fit_bert(plan, splits, work, progress)

    def store(folder: Path) -> tuple[Fitted, Sequence[str]]:
        progress(Progress("compress", 0, 1))
        head = plain_head(plan.groups, **head_shape(plan))
        compress(fitted.model, fitted.tokenizer, head, folder, settings_as(plan, BertSettings).bits)
        return BertPredictor.load(folder, "cpu"), FILES

    return store


def fit_svm_version(plan: Recipe, splits: Sequence[Split], work: Path, progress: Report) -> Store:
    from aimass_apps.inference.kinds.svm.predictor import FILES, SvmPredictor
    from aimass_apps.ml.fit.svm import fit_svm, write_svm
    from aimass_apps.ml.recipe.examples import epoch

    model = fit_svm(plan, epoch(splits, 10**6, plan.seed), progress)

    def store(folder: Path) -> tuple[Fitted, Sequence[str]]:
        write_svm(model, model.head, folder, settings_as(plan, SvmSettings).bits)
        # What is calibrated is what is stored: rounded coefficients.
        return SvmPredictor.load(folder), FILES

    return store
