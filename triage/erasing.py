"""Finds visits by the site's own reference, for a request for erasure."""

from aimass_apps.submissions.desk import CannotFind, Finder, Subject
from triage.models import Assessment, Visit
from triage.queries import reference_hash


def find_visits(reference: str, within: str | None = None) -> Subject:
    """Every visit of one reference, locked, with all of its assessments; a reference is one person's."""
    found = reference_hash(reference)
    visits = list(Visit.objects.select_for_update().filter(reference_hash=found).values_list("pk", flat=True))
    if not found or not visits:
        raise CannotFind("No visit has this reference.")
    asked = Assessment.objects.filter(visit__in=visits).values_list("submission_id", flat=True)
    return Subject(found, list(asked), [Visit.objects.filter(pk__in=visits)])


FINDER = Finder(
    argument="visit", metavar="REFERENCE", help="every visit of this reference, with its assessments", find=find_visits
)
