from tests.support.training import base, data  # noqa: F401 - fixtures
