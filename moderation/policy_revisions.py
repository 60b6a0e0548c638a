"""The policy that this installation follows: a file, and beside it what was shown to hold for its model versions."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from aimass_apps.people.models import User
from moderation import DESK
from moderation.decide import DEFAULT, Policy, load_policy
from moderation.models import PolicyRevision
from moderation.policy import read_versions


def policy_file() -> Policy:
    """The file that MODERATION_POLICY names, else the default one; read once by each process."""
    return _load(settings.POLICY_FILES[DESK] or str(DEFAULT))


def current_policy() -> Policy:
    """The file with the revision in force: every process follows a new one from its next post on."""
    base = policy_file()
    revision = revision_in_force(base)
    if revision is None:
        return base
    return replace(base, version=revision.version, versions={**base.versions, **read_versions(revision.versions)})


def revision_in_force(base: Policy) -> PolicyRevision | None:
    """The newest revision, if it was made for this file and changes anything."""
    newest = PolicyRevision.objects.order_by("-pk").first()
    return newest if newest and newest.versions and newest.based_on == base.version else None


@transaction.atomic
def revise_policy(*, versions: dict[str, Any], evidence: dict[str, Any], by: User | None) -> PolicyRevision:
    """Put rules for these model versions into force, beside those of others; each revision stays on record.

    Raises `UnusablePolicy` for rules that can't be read.
    """
    _one_at_a_time()
    before = revision_in_force(policy_file())
    whole = {**(before.versions if before else {}), **versions}
    read_versions(whole)
    return _write(whole, {**(before.evidence if before else {}), **evidence}, by)


@transaction.atomic
def withdraw_revision(*, by: User | None) -> PolicyRevision:
    """Back to the file alone."""
    _one_at_a_time()
    return _write({}, {}, by)


def _one_at_a_time() -> None:
    """Two who revise at once follow each other: neither loses the other's rules, and numbers are consecutive."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('moderation policy', 0))")


def _write(versions: dict[str, Any], evidence: dict[str, Any], by: User | None) -> PolicyRevision:
    base = policy_file()
    name = f"{base.version[:70]}+{PolicyRevision.objects.count() + 1}"
    return PolicyRevision.objects.create(
        version=name, based_on=base.version, versions=versions, evidence=evidence, by=by
    )


@cache
def _load(path: str) -> Policy:
    return load_policy(Path(path))
