"""Training runs: start, watch, stop, go on."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from aimass_apps.learning import queries
from aimass_apps.learning.forms import RunForm
from aimass_apps.learning.models import TrainingRun
from aimass_apps.learning.pages.versions import may_train, may_view
from aimass_apps.learning.runs import AlreadyTraining, request_run, resume_run, stop_run
from aimass_apps.ml.recipe.schema import BadRecipe

SHOWN = 25


def _context(request: HttpRequest, form: RunForm | None = None) -> dict[str, object]:
    runs = list(TrainingRun.objects.select_related("dataset", "result", "started_by")[:SHOWN])
    return {
        "runs": runs,
        "working": any(run.state in ("waiting", "running") for run in runs),
        "form": form or RunForm(),
        "tabs": queries.model_tabs("runs"),
        "can_train": request.user.has_perm("models.train"),
        "left_out": not settings.TRAINING,
    }


@require_GET
@may_view
def run_list(request: HttpRequest) -> HttpResponse:
    part = "platform/models/_runs.html" if request.headers.get("HX-Request") else "platform/models/runs.html"
    return render(request, part, _context(request))


@require_POST
@may_train
def run_start(request: HttpRequest) -> HttpResponse:
    form = RunForm(request.POST)
    if not form.is_valid():
        return render(request, "platform/models/runs.html", _context(request, form), status=422)
    desk, kind, language = form.cleaned_data["place"].split("-")
    try:
        request_run(
            desk=desk,
            kind=kind,
            language=language,
            dataset=form.cleaned_data["dataset"],
            by=request.user,  # type: ignore[arg-type]  # signed in: the permission was checked
        )
    except (AlreadyTraining, BadRecipe) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The training waits for its worker; its progress appears here."))
    return redirect("models:runs")


@require_POST
@may_train
def run_stop(request: HttpRequest, pk: int) -> HttpResponse:
    if not stop_run(run=get_object_or_404(TrainingRun, pk=pk)):
        messages.info(request, _("This training had already ended."))
    return redirect("models:runs")


@require_POST
@may_train
def run_resume(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        if not resume_run(run=get_object_or_404(TrainingRun, pk=pk)):
            messages.info(request, _("Only a stopped or failed training can go on."))
    except AlreadyTraining as error:
        messages.error(request, str(error))
    return redirect("models:runs")
