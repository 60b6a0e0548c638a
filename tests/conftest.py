"""What every test shares; the servers themselves are in the plugin tests.support.services."""

import hypothesis
import pytest

from tests.support.chromium import browser, chromium, playwright  # noqa: F401 - fixtures for every folder

# A busy machine must not fail a property, and a failure must come again on the next run.
hypothesis.settings.register_profile("project", deadline=None, derandomize=True)
hypothesis.settings.load_profile("project")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_server: str, broker: str) -> None:
    """pytest-django calls for this before it makes the test database: the servers must run by then."""
