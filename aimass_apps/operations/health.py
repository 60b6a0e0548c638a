"""Is this process alive, and can the installation do its work?"""

from collections.abc import Callable

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from kombu import Connection
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from aimass_apps.operations.heartbeats import fresh_beats
from aimass_apps.registry.models import ModelVersion, Stage
from aimass_apps.submissions.ledger import SCORE_QUEUE

# Migrations only ever become applied while a process runs, so a good answer is kept.
_migrated: set[str] = set()


def problems() -> dict[str, str]:
    """Return what is not well: {check: one sentence}; empty when everything is ready."""
    checks: dict[str, Callable[[], str]] = {
        "database": check_database,
        "broker": check_broker,
        "migrations": check_migrations,
        "models": check_models,
    }
    found = {}
    for name, check in checks.items():
        try:
            sentence = check()
        except Error as error:
            sentence = _("The database does not answer (%s).") % type(error).__name__
            connection.close()
        if sentence:
            found[name] = sentence
    return found


def check_database() -> str:
    """Ask the database for nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def check_broker() -> str:
    """Ask the broker for a connection, with little patience."""
    transport = {"socket_timeout": 1, "socket_connect_timeout": 1, "max_retries": 0}
    try:
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=1, transport_options=transport) as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
    except (OSError, OperationalError, RedisError) as error:
        return _("The broker does not answer (%s).") % type(error).__name__
    return ""


def check_migrations() -> str:
    """Say whether the schema is that of this code."""
    if "yes" in _migrated:
        return ""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return _("%d migrations wait: run `manage.py migrate`.") % len(waiting)
    _migrated.add("yes")
    return ""


def check_models() -> str:
    """Say whether a worker is there to answer for the live versions."""
    if not ModelVersion.objects.filter(stage=Stage.LIVE).exists():
        return _("No model is live: run `manage.py install_starters`.")
    if not fresh_beats().filter(queues__contains=[SCORE_QUEUE]).exists():
        return _("No inference worker has reported in the last 20 seconds.")
    return ""
