"""Training runs: asked for in the database, carried out by the training worker, resumed after a crash."""

import dataclasses
import logging
import shutil
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from aimass_apps.learning.models import Dataset, TrainingRun
from aimass_apps.learning.promotion import live_members, live_version
from aimass_apps.ml.fit.progress import Progress, Report, Stopped
from aimass_apps.ml.recipe.schema import Recipe, find_recipe, read_recipe
from aimass_apps.people.models import User
from aimass_apps.queueing.doorbell import ring_after_commit
from aimass_apps.registry.kinds import kind_of
from aimass_apps.registry.models import ModelVersion
from aimass_apps.registry.store import install_version, unpack_version
from aimass_apps.submissions.desk import desk_of

log = logging.getLogger(__name__)
RUN_TASK, RUN_QUEUE = "aimass_apps.learning.tasks.train_waiting", "training"
SILENT_FOR = timedelta(minutes=3)  # without a heartbeat for so long, another worker goes on from the checkpoint
MANY_TEXTS = 10  # that a term must stand in, before a model of people's health keeps it
TELL_EVERY = 1.0  # seconds between two writes of the progress


class AlreadyTraining(ValueError):
    """A run for the same place is waiting or running."""


def request_run(*, desk: str, kind: str, language: str, dataset: Dataset | None, by: User | None) -> TrainingRun:
    """Write the wish down and ring the training worker.

    Raises `recipe.BadRecipe` when no recipe trains such a version, and `AlreadyTraining`.
    """
    recipe = find_recipe(settings.RECIPE_DIRS, desk, kind, language)
    open_states = (TrainingRun.State.WAITING, TrainingRun.State.RUNNING)
    with transaction.atomic():
        same = TrainingRun.objects.select_for_update().filter(desk=desk, kind=kind, language=language)
        if same.filter(state__in=open_states).exists():
            raise AlreadyTraining("Such a training is already waiting or running: stop it or wait for it.")
        run = TrainingRun.objects.create(
            desk=desk,
            kind=kind,
            language=language,
            dataset=dataset,
            base=live_version(desk, kind, language),
            recipe={"file": recipe.path.name, "seed": recipe.seed},
            started_by=by,
        )
    ring_after_commit(RUN_TASK, RUN_QUEUE)
    return run


def stop_run(*, run: TrainingRun) -> bool:
    """Ask for an end: a waiting run ends now, a running one after its next step. False when it had ended before."""
    open_states = (TrainingRun.State.WAITING, TrainingRun.State.RUNNING)
    stopped = TrainingRun.objects.filter(pk=run.pk, state__in=open_states)
    return bool(stopped.update(state=TrainingRun.State.STOPPED, ended_at=Now(), message="stopped"))


def resume_run(*, run: TrainingRun) -> bool:
    """Go on with a stopped or failed run from its checkpoint."""
    ended = TrainingRun.objects.filter(pk=run.pk, state__in=[TrainingRun.State.STOPPED, TrainingRun.State.FAILED])
    resumed = ended.update(state=TrainingRun.State.WAITING, ended_at=None, message="", heartbeat_at=None)
    ring_after_commit(RUN_TASK, RUN_QUEUE)
    return bool(resumed)


def train_waiting() -> int:
    """Carry out the runs that wait, one after the other; returns how many."""
    count = 0
    while run := _claim_run():
        carry_out(run)
        count += 1
    return count


def runs_wait() -> bool:
    return TrainingRun.objects.filter(_takeable()).exists()


def _takeable() -> Q:
    abandoned = Q(state=TrainingRun.State.RUNNING, heartbeat_at__lt=Now() - SILENT_FOR)
    return Q(state=TrainingRun.State.WAITING) | abandoned


def _claim_run() -> TrainingRun | None:
    state = TrainingRun.State
    with transaction.atomic():
        runs = TrainingRun.objects.select_for_update(of=("self",), skip_locked=True)
        run = runs.filter(_takeable()).order_by("created_at").first()
        if run is not None:
            run.state = state.RUNNING
            run.save(update_fields=["state"])
            TrainingRun.objects.filter(pk=run.pk).update(heartbeat_at=Now())
    return run


def carry_out(run: TrainingRun) -> ModelVersion | None:
    """Train, install the candidate and write down how it went. What goes wrong is kept with the run."""
    out = Path(settings.AIMASS_HOME) / "training" / str(run.pk) / "artefact"
    reporter = Reporter(run)
    try:
        folder = _train(run, out, reporter)
        version = install_version(folder=folder, by=run.started_by)
    except Stopped:
        return None
    except Exception as error:  # noqa: BLE001 - a person reads the reason on the training page
        log.warning("training run %s failed: %s", run.pk, type(error).__name__)
        # Our own errors carry no text of anybody; others may, so only their name is kept.
        known = type(error).__module__.startswith("aimass_apps.")
        message = str(error)[:300] if known else type(error).__name__
        _running(run).update(state=TrainingRun.State.FAILED, message=message, ended_at=Now())
        return None
    _running(run).update(
        state=TrainingRun.State.DONE, result=version, progress=1, message="", curves=reporter.curve, ended_at=Now()
    )
    shutil.rmtree(out.parent, ignore_errors=True)
    return version


def _train(run: TrainingRun, out: Path, report: Report) -> Path:
    recipe = find_recipe(settings.RECIPE_DIRS, run.desk, run.kind, run.language)
    data = Path(settings.AIMASS_DATA) if settings.AIMASS_DATA else None
    return train_on_reviews(recipe.path, run.dataset, out, report, data=data, base=run.base)


def train_on_reviews(
    path: Path,
    dataset: Dataset | None,
    out: Path,
    report: Report,
    *,
    data: Path | None,
    base: ModelVersion | None = None,
) -> Path:
    """Train a recipe on a frozen dataset's rows, and on its own files when `data` is given.

    Without files it goes on gently from `base`, by default the live version. Raises `recipe.BadRecipe`,
    `reviews.TooFewRows` and `progress.Stopped`.
    """
    # Imported here: only the training worker has these libraries.
    from aimass_apps.learning.reviews import with_reviews
    from aimass_apps.ml.fit.train import train_prepared, with_trained_earlier, work_folder
    from aimass_apps.ml.fit.train_ensemble import train_ensemble
    from aimass_apps.ml.recipe.prepare import Prepared, prepare

    recipe = read_recipe(path)
    if kind_of(recipe.kind).combines:
        # Its cases are invented; no file is read.
        invented = prepare(recipe, data or Path(), work_folder(out), report)
        out.parent.mkdir(parents=True, exist_ok=True)
        rows = with_reviews(invented, dataset, recipe) if dataset else invented
        return train_ensemble(recipe, rows, live_members(recipe.desk), out, report)
    prepared = prepare(recipe, data, work_folder(out), report) if data else Prepared([], {})
    if dataset is not None:
        prepared = with_reviews(prepared, dataset, recipe)
    start = base or live_version(recipe.desk, recipe.kind, recipe.language)
    if data is not None:
        recipe = with_trained_earlier(recipe, data, out, report)
    elif start is not None and kind_of(recipe.kind).continues:
        recipe = going_on_from(recipe, start)
    if desk_of(recipe.desk).seals_text and kind_of(recipe.kind).keeps_terms:
        recipe = without_rare_terms(recipe)
    out.parent.mkdir(parents=True, exist_ok=True)
    return train_prepared(recipe, prepared, out, report)


def going_on_from(recipe: Recipe, base: ModelVersion) -> Recipe:
    """The recipe for reviews alone: a gentle continuation of the live version instead of a fresh start."""
    gentle = {**recipe.settings, "learning_rate": 2e-5, "epochs": 3}
    gentle.pop("distil", None)  # reviews are a person's word: no teacher stands beside it
    return dataclasses.replace(recipe, base=str(unpack_version(base)), base_name=str(base), settings=gentle)


def without_rare_terms(recipe: Recipe) -> Recipe:
    """The recipe with terms of many texts only: a vocabulary is stored as it is, and must name nobody."""
    features = [{**each, "min_df": max(MANY_TEXTS, each.get("min_df", 0))} for each in recipe.settings["features"]]
    return dataclasses.replace(recipe, settings={**recipe.settings, "features": features})


def _running(run: TrainingRun) -> QuerySet[TrainingRun]:
    return TrainingRun.objects.filter(pk=run.pk, state=TrainingRun.State.RUNNING)


class Reporter:
    """Writes progress and heartbeat to the run's row, at most once a second, and learns there of a wish to stop."""

    def __init__(self, run: TrainingRun) -> None:
        self._run, self._last = run, 0.0
        self.curve: list[list[object]] = []

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._last < TELL_EVERY and progress.done < progress.total:
            return
        self._last = now
        self.curve.append([progress.stage, progress.done, progress.total, progress.detail])
        share = progress.done / progress.total if progress.total else 0.0
        alive = _running(self._run).update(
            progress=min(1.0, share), message=f"{progress.stage} {progress.detail}"[:300], heartbeat_at=Now()
        )
        if not alive:
            raise Stopped
