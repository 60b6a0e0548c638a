"""What every test shares; the servers themselves are in the plugin tests.support.services."""

from collections.abc import Iterator

import hypothesis
import pytest
from django.test import override_settings

from tests.support.patience import set_limit

# Fixtures and builders are registered here, once: no test imports a fixture, or anything from a conftest.
pytest_plugins = [
    "tests.support.chromium",
    "tests.support.desks",
    "tests.support.factories",
    "tests.support.policies",
    "tests.support.receiver",
    "tests.support.training",
]
# A busy machine must not fail a property, and a failure must come again on the next run.
hypothesis.settings.register_profile("project", deadline=None, derandomize=True)
hypothesis.settings.load_profile("project")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_server: str, broker: str) -> None:
    """pytest-django calls for this before it makes the test database: the servers must run by then."""


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """A password is hashed in no time: in earnest it takes a quarter of a second, and most tests make a person."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    set_limit(config)  # before pytest-timeout reads it
