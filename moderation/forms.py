"""What may come in: posts by the API and webhooks, judgements and filters by the pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from moderation.actions import action_of, outcomes, taken_by_people
from moderation.events import decision_meanings
from moderation.intake import Incoming, Judgement
from moderation.labels import LABELS, TITLES
from moderation.queries import QueueFilter

MOST_POSTS = 500
LONGEST_TEXT = 20_000  # characters


class PostSerializer(serializers.Serializer[Incoming]):
    """One post as a platform sends it."""

    external_id = serializers.CharField(max_length=200, help_text=_("Your own id of the post."))
    text = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False)
    revision = serializers.IntegerField(
        min_value=1, max_value=2_000_000_000, default=1, help_text=_("Raise it by one when the author edits the post.")
    )
    author = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default="", help_text=_("Your own id of its author.")
    )
    url = serializers.URLField(max_length=1000, required=False, allow_blank=True, default="")

    def validate_text(self, text: str) -> str:
        if not text.strip():
            raise serializers.ValidationError(_("This field may not be blank."))
        return text

    def incoming(self) -> Incoming:
        return Incoming(**self.validated_data)


class PostListSerializer(serializers.Serializer[dict[str, Any]]):
    """Up to 500 posts in one call."""

    posts = serializers.ListField(
        child=PostSerializer(), min_length=1, max_length=MOST_POSTS, help_text=_("1 to 500 posts.")
    )

    def incoming(self) -> list[Incoming]:
        return [Incoming(**post) for post in self.validated_data["posts"]]


class ReceiptSerializer(serializers.Serializer[Any]):
    """What the platform gets for each post: our id, and whether it had been sent before."""

    id = serializers.UUIDField()
    external_id = serializers.CharField()
    revision = serializers.IntegerField()
    repeated = serializers.BooleanField()
    same_text = serializers.BooleanField(
        help_text=_("False when a repeat came with another text, which was not taken: send it as a new revision.")
    )


class ReceiptListSerializer(serializers.Serializer[Any]):
    """Receipts in the order of the posts."""

    posts = ReceiptSerializer(many=True)


class DecisionSerializer(serializers.Serializer[Any]):
    """What is decided about a post, by a policy or a person; the latest decision holds."""

    id = serializers.UUIDField()
    action = serializers.ChoiceField(decision_meanings())
    at = serializers.DateTimeField()
    by = serializers.ChoiceField(["policy", "person"])
    policy_version = serializers.CharField(allow_null=True)
    reasons = serializers.ListField(child=serializers.DictField())


class EventPostSerializer(serializers.Serializer[Any]):
    """Which post an event is about: our id, the platform's own, and the revision."""

    id = serializers.UUIDField()
    external_id = serializers.CharField()
    revision = serializers.IntegerField()


class StatusSerializer(serializers.Serializer[Any]):
    """Where a post stands. `delivery` is null when the platform has no endpoint or nothing is decided."""

    id = serializers.UUIDField()
    external_id = serializers.CharField()
    revision = serializers.IntegerField()
    state = serializers.ChoiceField(["scoring", "queued", "closed"])
    outcome = serializers.CharField(allow_blank=True)
    flagged = serializers.BooleanField(allow_null=True)
    received_at = serializers.DateTimeField()
    decision = DecisionSerializer(allow_null=True)
    delivery = serializers.CharField(allow_null=True)


def _action_choices() -> list[tuple[str, Any]]:
    return [(each.outcome, each.title) for each in taken_by_people()]


def _reason_choices() -> list[tuple[Any, Any]]:
    buttons = [each.button for each in taken_by_people() if each.button]
    by_action = [(each.reasons_title, list(each.reasons.items())) for each in buttons]
    return [("", _("No special reason")), *by_action]


class ReviewForm(forms.Form):
    """One decision. Some need at least one label: it is what the next model learns."""

    action = forms.ChoiceField(choices=_action_choices, widget=forms.HiddenInput)
    labels = forms.MultipleChoiceField(
        label=_("What is it?"),
        choices=[(label, _(title)) for label, title in TITLES.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.ChoiceField(label=_("Reason"), required=False, choices=_reason_choices)
    comment = forms.CharField(label=_("Comment"), max_length=2000, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        action, reason = action_of(cleaned.get("action", "")), cleaned.get("reason", "")
        if action is None or action.button is None:
            return cleaned
        if action.needs_labels and not cleaned.get("labels") and "labels" not in self.errors:
            needed = _("Choose at least one label (keys 1 to 9), then press “%(action)s”.")
            self.add_error("labels", needed % {"action": action.button.word})
        if reason and reason not in action.button.reasons:
            self.add_error("reason", _("This reason does not go with the decision."))
        return cleaned

    def judgement(self) -> Judgement:
        data = self.cleaned_data
        return Judgement(data["action"], frozenset(data["labels"]), data["reason"], data["comment"])


class EscalateForm(forms.Form):
    """Passing a post on."""

    note = forms.CharField(
        label=_("What should the senior moderator look at?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class QueueForm(forms.Form):
    """What part of the queue to show; nonsense in the address shows all of it."""

    platform = forms.UUIDField(required=False)
    label = forms.ChoiceField(choices=[(label, label) for label in LABELS], required=False)
    language = forms.RegexField(r"^[a-z]{2,8}$", required=False)
    escalated = forms.BooleanField(required=False)

    def chosen(self) -> QueueFilter:
        self.is_valid()
        data = self.cleaned_data
        return QueueFilter(
            platform=str(data.get("platform") or ""),
            label=data.get("label") or "",
            language=data.get("language") or "",
            escalated=bool(data.get("escalated")),
        )


class HistoryForm(forms.Form):
    """Search among decided posts."""

    q = forms.CharField(label=_("External id or author"), max_length=200, required=False, strip=True)
    outcome = forms.ChoiceField(label=_("Decision"), choices=[("", _("Any")), *outcomes()], required=False)
    mine = forms.BooleanField(label=_("Only mine"), required=False)
