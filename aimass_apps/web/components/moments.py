"""Relative times for people, absolute ones beside them."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def relative(moment: datetime, now: datetime) -> str:
    """ "3 min ago", "in 2 h", then the date from a week on."""
    distance = now - moment
    future = distance < timedelta(0)
    distance = abs(distance)
    if distance < timedelta(seconds=45):
        return _("in a moment") if future else _("just now")
    if distance >= timedelta(days=7):
        return date_format(timezone.localtime(moment), "DATE_FORMAT")
    words = _words(distance)
    return (_("in %(time)s") if future else _("%(time)s ago")) % {"time": words}


def _words(distance: timedelta) -> str:
    minutes = max(1, round(distance.total_seconds() / 60))
    if minutes < 60:
        return _("%(count)d min") % {"count": minutes}
    if minutes < 60 * 24:
        return _("%(count)d h") % {"count": round(minutes / 60)}
    days = round(minutes / (60 * 24))
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def when(moment: datetime | None) -> SafeString:
    """A `<time>` with the relative time, and the absolute one in the reader's zone as its title."""
    if moment is None:
        return format_html('<span class="muted">{}</span>', _("never"))
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(timespec="seconds"),
        date_format(timezone.localtime(moment), "DATETIME_FORMAT"),
        relative(moment, timezone.now()),
    )
