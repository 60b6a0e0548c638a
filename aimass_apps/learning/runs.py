"""Training runs: asked for in the database, carried out by the training worker, resumed after a crash."""

from __future__ import annotations

import dataclasses
import logging
import shutil
import time
import uuid
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from aimass_apps.learning.data_folder import data_folder
from aimass_apps.learning.learned import keep_learned
from aimass_apps.learning.live import live_members, live_version, versions_to_combine
from aimass_apps.learning.models import OPEN, Dataset, TrainingRun
from aimass_apps.learning.opening import one_open
from aimass_apps.ml.fit import processes
from aimass_apps.ml.fit.progress import Progress, Report, Stopped
from aimass_apps.ml.recipe.schema import Recipe, find_recipe, read_recipe, recipe_sha256
from aimass_apps.people.models import User
from aimass_apps.queueing.doorbell import ring_after_commit
from aimass_apps.queueing.leases import Renewing, claim, ended, free_expired, held
from aimass_apps.registry.kinds import kind_of
from aimass_apps.registry.models import ModelVersion
from aimass_apps.registry.store import install_version, unpack_version
from aimass_apps.submissions.desk import desk_of

if TYPE_CHECKING:
    from aimass_apps.ml.recipe.prepare import Prepared

log = logging.getLogger(__name__)
RUN_TASK, RUN_QUEUE = "aimass_apps.learning.tasks.train_waiting", "training"
RUN_LEASE = 180.0  # seconds without a sign of life, after which another worker goes on from the checkpoint
VANISHED = "its worker stopped several times without a result: see its log, or the system log, for the reason"
MANY_TEXTS = 10  # texts that must hold a term before a model of sealed texts may keep it
TELL_EVERY = 1.0  # seconds between two writes of the progress


class AlreadyTraining(ValueError):
    """A run for the same place is waiting or running."""


class RecipeChanged(ValueError):
    """The recipe is not the one that the run was asked for with."""


def request_run(*, desk: str, kind: str, language: str, dataset: Dataset | None, by: User | None) -> TrainingRun:
    """Write the request down and ring the training worker.

    Raises `recipe.BadRecipe` when no recipe trains such a version, and `AlreadyTraining`.
    """
    recipe = find_recipe(settings.RECIPE_DIRS, desk, kind, language)
    with _one_open():
        run = TrainingRun.objects.create(
            desk=desk,
            kind=kind,
            language=language,
            dataset=dataset,
            base=live_version(desk, kind, language),
            recipe={"file": recipe.path.name, "seed": recipe.seed, "sha256": recipe_sha256(recipe)},
            started_by=by,
        )
    ring_after_commit(RUN_TASK, RUN_QUEUE)
    return run


def _one_open() -> AbstractContextManager[None]:
    refusal = AlreadyTraining("Such a training is already waiting or running: stop it or wait for it.")
    return one_open("run_one_open", refusal)


def stop_run(*, run: TrainingRun) -> bool:
    """Ask for an end: a waiting run ends now, a running one after its next step. False when it had ended before."""
    open_run = TrainingRun.objects.filter(pk=run.pk, state__in=OPEN)
    return bool(open_run.update(**ended(TrainingRun.State.STOPPED, {"ended_at": Now(), "message": "stopped"})))


def resume_run(*, run: TrainingRun) -> bool:
    """Go on with a stopped or failed run from its checkpoint. Raises `AlreadyTraining`."""
    over = TrainingRun.objects.filter(pk=run.pk, state__in=[TrainingRun.State.STOPPED, TrainingRun.State.FAILED])
    with _one_open():
        resumed = over.update(state=TrainingRun.State.WAITING, ended_at=None, message="", attempts=0)
    ring_after_commit(RUN_TASK, RUN_QUEUE)
    return bool(resumed)


def train_waiting() -> int:
    """Carry out the runs that wait, one after the other; returns how many."""
    count = 0
    while claimed := _claim_run():
        carry_out(*claimed)
        count += 1
    return count


def runs_wait() -> bool:
    return TrainingRun.objects.filter(state=TrainingRun.State.WAITING).exists()


def free_runs() -> int:
    """Let another worker go on with the runs of vanished ones, or give them up to a person; returns how many."""
    return len(free_expired(TrainingRun, up={"message": VANISHED, "ended_at": Now()}))


def _claim_run() -> tuple[TrainingRun, uuid.UUID] | None:
    lease = uuid.uuid4()
    for pk in claim(TrainingRun.objects.order_by("created_at", "id"), lease=lease, limit=1, seconds=RUN_LEASE):
        return TrainingRun.objects.select_related("dataset", "base", "started_by").get(pk=pk), lease
    return None


class Reporter:
    """Writes progress to the run's row, at most once a second; there it renews its lease and learns of a stop."""

    def __init__(self, lease: uuid.UUID) -> None:
        self._lease, self._last = lease, 0.0
        self.curve: list[list[object]] = []

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._last < TELL_EVERY and progress.done < progress.total:
            return
        self._last = now
        self.curve.append([progress.stage, progress.done, progress.total, progress.detail])
        share = progress.done / progress.total if progress.total else 0.0
        alive = held(TrainingRun, self._lease).update(
            progress=min(1.0, share),
            message=f"{progress.stage} {progress.detail}"[:300],
            leased_until=Now() + timedelta(seconds=RUN_LEASE),
        )
        if not alive:
            raise Stopped


def carry_out(run: TrainingRun, lease: uuid.UUID) -> ModelVersion | None:
    """Train, install the candidate and record the outcome; nothing is stored once `lease` no longer holds the run.

    What goes wrong is kept with the run.
    """
    out = Path(settings.AIMASS_HOME) / "training" / str(run.pk) / "artefact"
    reporter = Reporter(lease)
    try:
        with Renewing(TrainingRun, lease, seconds=RUN_LEASE):
            version = _install(run, lease, _train(run, out, reporter), reporter)
    except Stopped:
        return None
    except Exception as error:  # noqa: BLE001 - a person reads the reason on the training page
        log.warning("training run %s failed: %s", run.pk, type(error).__name__)
        # Our own errors carry no text of anybody; others may, so only their name is kept.
        known = type(error).__module__.startswith("aimass_apps.")
        message = str(error)[:300] if known else type(error).__name__
        failed = ended(TrainingRun.State.FAILED, {"message": message, "ended_at": Now()})
        held(TrainingRun, lease).update(**failed)
        return None
    shutil.rmtree(out.parent, ignore_errors=True)
    return version


def _install(run: TrainingRun, lease: uuid.UUID, folder: Path, reporter: Reporter) -> ModelVersion:
    """Install the candidate and store it with its run in one transaction. Raises `Stopped` where the lease is lost."""
    with transaction.atomic():
        if not held(TrainingRun, lease).select_for_update().exists():
            raise Stopped
        version = install_version(folder=folder, by=run.started_by)
        done = {"result": version, "progress": 1, "message": "", "curves": reporter.curve, "ended_at": Now()}
        held(TrainingRun, lease).update(**ended(TrainingRun.State.DONE, done))
    return version


def _train(run: TrainingRun, out: Path, report: Report) -> Path:
    recipe = find_recipe(settings.RECIPE_DIRS, run.desk, run.kind, run.language)
    if recipe_sha256(recipe) != run.recipe.get("sha256", recipe_sha256(recipe)):
        raise RecipeChanged(f"{recipe.path.name} changed since this training was asked for: start it anew.")
    return train_on_reviews(recipe.path, run.dataset, out, report, data=data_folder(), base=run.base)


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
    from aimass_apps.ml.fit.train import train_rows

    recipe = read_recipe(path)
    out.parent.mkdir(parents=True, exist_ok=True)
    kind = kind_of(recipe.kind)
    start = None if data is not None else base or live_version(recipe.desk, recipe.kind, recipe.language)
    prepared = _rows(recipe, dataset, out, report, data)
    if not kind.combines:
        recipe = _fitting(recipe, out, report, data, start)
    folder = train_rows(recipe, prepared, live_members(recipe.desk), out, report)
    if dataset is not None and processes.is_first():
        earlier = versions_to_combine(recipe.desk) if kind.combines else [start] if start and kind.continues else []
        keep_learned(folder, dataset, recipe.language, earlier)
    return folder


def _rows(recipe: Recipe, dataset: Dataset | None, out: Path, report: Report, data: Path | None) -> Prepared:
    """What is trained on: the recipe's own rows, where they can be had, and the dataset's."""
    from aimass_apps.learning.reviews import with_reviews
    from aimass_apps.ml.fit.train import work_folder
    from aimass_apps.ml.recipe.prepare import Prepared, prepare

    # The cases of an ensemble are invented: no file is read.
    readable = data is not None or kind_of(recipe.kind).combines
    own = prepare(recipe, data or Path(), work_folder(out), report) if readable else Prepared([], {})
    return with_reviews(own, dataset, recipe) if dataset is not None else own


def _fitting(recipe: Recipe, out: Path, report: Report, data: Path | None, start: ModelVersion | None) -> Recipe:
    """The recipe as this training needs it: what it builds on is trained or fetched, and no rare word is kept."""
    from aimass_apps.ml.fit.train import with_trained_earlier

    if data is not None:
        recipe = with_trained_earlier(recipe, data, out, report)
    elif start is not None and kind_of(recipe.kind).continues:
        recipe = going_on_from(recipe, start)
    if desk_of(recipe.desk).seals_text and kind_of(recipe.kind).keeps_terms:
        recipe = without_rare_terms(recipe)
    return recipe


def going_on_from(recipe: Recipe, base: ModelVersion) -> Recipe:
    """The recipe for reviews alone: a gentle continuation of the live version instead of a fresh start."""
    gentle = {**recipe.settings, "learning_rate": 2e-5, "epochs": 3}
    gentle.pop("distil", None)  # people gave the reviews' labels, so no teacher corrects them
    return dataclasses.replace(recipe, base=str(unpack_version(base)), base_name=str(base), settings=gentle)


def without_rare_terms(recipe: Recipe) -> Recipe:
    """The recipe with terms of many texts only: a vocabulary is stored as it is, and must name nobody."""
    features = [{**each, "min_df": max(MANY_TEXTS, each.get("min_df", 0))} for each in recipe.settings["features"]]
    return dataclasses.replace(recipe, settings={**recipe.settings, "features": features})
