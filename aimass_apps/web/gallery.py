"""What the gallery shows: every component with invented content."""

from datetime import timedelta

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aimass_apps.web.components import badges


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label=_("Name"), help_text=_("As it stands on the record."), max_length=80)
    age = forms.IntegerField(label=_("Age"), min_value=0, max_value=120)
    sex = forms.ChoiceField(
        label=_("Sex"),
        choices=[("female", _("Female")), ("male", _("Male")), ("other", _("Other"))],
        widget=forms.RadioSelect,
    )
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            ("context", _("Context makes it harmless")),
            ("quote", _("It quotes somebody")),
            ("error", _("The model erred")),
        ],
        widget=forms.RadioSelect,
    )
    team = forms.ChoiceField(label=_("Team"), choices=[("day", _("Day")), ("night", _("Night"))], required=False)
    symptoms = forms.CharField(
        label=_("Symptoms"), widget=forms.Textarea, help_text=_("In the patient's own words."), required=False
    )
    oxygen = forms.BooleanField(label=_("On oxygen"), required=False)
    notify = forms.BooleanField(label=_("Tell me when it is done"), required=False)
    labels = forms.MultipleChoiceField(
        label=_("Labels"),
        choices=[("insult", _("Insult")), ("threat", _("Threat")), ("spam", _("Spam"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


TEXT = "Nobody asked you, you pathetic fool. Go back to your cave & stay there <forever>."
SPANS = [
    {"start": 22, "end": 35, "label": "insult", "rule": "pathetic fool", "weight": 0.9},
    {"start": 13, "end": 21, "label": "toxic", "rule": "model", "weight": 0.2},
    {"start": 37, "end": 57, "label": "toxic", "rule": "go back to", "weight": 0.5},
]
DAYS = [f"{day} Nov" for day in range(8, 22)]


def gallery_context(request: HttpRequest) -> dict[str, object]:
    """Everything `platform/gallery.html` draws."""
    now = timezone.now()
    page = Paginator(range(240), 20).get_page(request.GET.get("page", 3))
    return {
        "scales": [(name, list(looks)) for name, looks in badges.scales().items()],
        "grades": badges.GRADES,
        "form": SampleForm(initial={"sex": "female", "team": "day", "oxygen": True}),
        "bad_form": SampleForm({"name": "", "age": "200", "sex": "female", "reason": "none"}),
        "text": TEXT,
        "spans": SPANS,
        "chinese": "你真是个笨蛋，别再来了。",
        "chinese_spans": [{"start": 4, "end": 6, "label": "insult", "rule": "笨蛋", "weight": 0.8}],
        "page": page,
        "moments": [*(now - timedelta(minutes=minutes) for minutes in (0, 3, 300, 2900, 60000)), None],
        "tab_items": [
            {"label": _("Waiting"), "url": "?", "active": True, "count": 12},
            {"label": _("Mine"), "url": "?tab=mine", "active": False, "count": 1},
            {"label": _("Decided"), "url": "?tab=decided", "active": False},
        ],
        "crumbs": [(_("Queue"), "#"), (_("Post 4711"), "")],
        "pairs": [(_("Platform"), "Harbour Forum"), (_("Language"), _("English")), (_("Author"), "user-204")],
        "bar_rows": [(_("Insult"), 128), (_("Spam"), 64), (_("Threat"), 12, "danger"), (_("Self-harm"), 3, "warn")],
        "no_rows": [],
        "series": {
            "BERT": [0.81, 0.82, 0.82, 0.84, 0.83, 0.85, 0.86, 0.86, None, 0.87, 0.88, 0.87, 0.89, 0.9],
            "SVM": [0.74, 0.75, 0.74, 0.76, 0.77, 0.76, 0.77, 0.78, 0.78, 0.77, 0.79, 0.79, 0.8, 0.8],
        },
        "days": DAYS,
        "curves": {
            "BERT": [(0, 0), (0.02, 0.5), (0.1, 0.82), (0.3, 0.95), (1, 1)],
            "SVM": [(0, 0), (0.05, 0.4), (0.2, 0.74), (0.5, 0.91), (1, 1)],
        },
        "places": [("BERT", 24.0, 0.76), ("SVM", 3.1, 0.67)],
        "spark": [3, 5, 4, 8, 7, 9, 12, 10, 14],
        "models": ["SVM", "BERT"],
        "differential": [
            (_("Migraine"), [0.62, 0.71], "G43.9"),
            (_("Tension headache"), [0.21, 0.14], "G44.2"),
            (_("Acute sinusitis"), [0.09, None], "J01.9"),
        ],
        "queue": [
            ("Harbour Forum", "You people never learn anything.", 0.93, "waiting", now - timedelta(minutes=2)),
            ("Tea Room", "Cheap watches, click my profile!", 0.71, "waiting", now - timedelta(minutes=11)),
            ("Tea Room", "See you all on Sunday.", 0.02, "done", now - timedelta(hours=3)),
        ],
    }
