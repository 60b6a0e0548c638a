"""Model versions, their evidence, and the frozen datasets."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from aimass_apps.learning import queries
from aimass_apps.learning.datasets import NothingReviewed, freeze_dataset
from aimass_apps.learning.forms import DeskForm, PromotionForm, ReasonForm
from aimass_apps.learning.measurements import AlreadyMeasuring, NothingFrozen, request_measurement
from aimass_apps.learning.models import Dataset
from aimass_apps.learning.presenters import evidence_shown
from aimass_apps.learning.promotion import AlreadyAsked, BadShare, NothingToRollBack, request_promotion, roll_back
from aimass_apps.people.access import needs, person_of
from aimass_apps.registry.models import ModelVersion
from aimass_apps.registry.stages import WrongStage

may_view = needs("models.view")
may_promote = needs("models.promote")
may_train = needs("models.train")


@require_GET
@may_view
def version_list(request: HttpRequest) -> HttpResponse:
    return render(
        request, "platform/models/list.html", {"groups": queries.versions_by_desk(), "tabs": queries.model_tabs("list")}
    )


@require_GET
@may_view
def version_detail(request: HttpRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(ModelVersion, pk=pk)
    return render(request, "platform/models/detail.html", _detail(request, version))


def _detail(request: HttpRequest, version: ModelVersion, form: PromotionForm | None = None) -> dict[str, object]:
    return {
        "version": version,
        "card": queries.render_card(version),
        "main_metrics": queries.main_metrics(version.metrics),
        "thresholds": sorted(version.thresholds.items()),
        "history": version.stage_changes.select_related("by", "replaced"),
        "earlier": queries.earlier_live(version),
        "moves": queries.possible_moves(version),
        "form": form or PromotionForm(version=version),
        "reason_form": ReasonForm(),
        "crumbs": [(_("Models"), reverse("models:list")), (str(version), "")],
        "can_promote": request.user.has_perm("models.promote"),
        **evidence_shown(version, request.GET.get("test", "")),
        **_judged(version),
    }


def _judged(version: ModelVersion) -> dict[str, object]:
    judged = queries.judged(version)
    return {"version": version, "judged": judged, "judging": any(each.is_open for each in judged)}


@require_GET
@may_view
def version_evaluations(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that changes while gates are judged."""
    version = get_object_or_404(ModelVersion, pk=pk)
    response = render(request, "platform/models/_evaluations.html", shown := _judged(version))
    if "judging" in request.GET and not shown["judging"]:
        response["HX-Refresh"] = "true"  # the stage and its history changed too
    return response


@require_POST
@may_promote
def version_promote(request: HttpRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(ModelVersion, pk=pk)
    form = PromotionForm(request.POST, version=version)
    if not form.is_valid():
        return render(request, "platform/models/detail.html", _detail(request, version, form), status=422)
    share = form.cleaned_data["canary_share"]
    try:
        request_promotion(
            version=version,
            to=form.cleaned_data["to"],
            by=request.user,  # type: ignore[arg-type]  # signed in: the permission was checked
            reason=form.cleaned_data["reason"],
            canary_share=share / 100 if share else None,
        )
    except (WrongStage, BadShare, AlreadyAsked) as error:
        messages.error(request, str(error))
    else:
        messages.info(request, _("A worker checks the gates. Their verdict appears here."))
    return redirect("models:detail", pk=pk)


@require_POST
@may_promote
def version_measure(request: HttpRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(ModelVersion, pk=pk)
    try:
        request_measurement(version=version, by=person_of(request))
    except (NothingFrozen, AlreadyMeasuring) as error:
        messages.error(request, str(error))
    else:
        messages.info(request, _("A worker measures it on the newest frozen reviews. The results appear here."))
    return redirect("models:detail", pk=pk)


@require_POST
@may_promote
def version_roll_back(request: HttpRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(ModelVersion, pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give a reason for rolling back."))
        return redirect("models:detail", pk=pk)
    try:
        change = roll_back(
            desk=version.desk,
            kind=version.kind,
            language=version.language,
            by=request.user,  # type: ignore[arg-type]  # signed in: the permission was checked
            reason=form.cleaned_data["reason"],
            live=version,
        )
    except (NothingToRollBack, WrongStage) as error:
        messages.error(request, str(error))
        return redirect("models:detail", pk=pk)
    messages.success(request, _("%(version)s is live again.") % {"version": change.version})
    return redirect("models:detail", pk=change.version_id)


@require_GET
@may_view
def dataset_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(Dataset.objects.select_related("created_by"), 25).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "form": DeskForm(),
        "tabs": queries.model_tabs("datasets"),
        "can_train": request.user.has_perm("models.train"),
    }
    return render(request, "platform/models/datasets.html", context)


@require_POST
@may_train
def dataset_freeze(request: HttpRequest) -> HttpResponse:
    form = DeskForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the desk whose reviews to freeze."))
        return redirect("models:datasets")
    try:
        dataset = freeze_dataset(
            desk=form.cleaned_data["desk"],
            until=timezone.now(),
            by=request.user,  # type: ignore[arg-type]  # signed in: the permission was checked
        )
    except NothingReviewed as error:
        messages.error(request, str(error))
    else:
        rows = {"dataset": dataset, "rows": dataset.size}
        messages.success(request, _("%(dataset)s is frozen with %(rows)s rows.") % rows)
    return redirect("models:datasets")
