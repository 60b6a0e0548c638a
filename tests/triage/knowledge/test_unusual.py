"""Which values a form asks about."""

import pytest

from triage.knowledge.unusual import unusual_values


@pytest.mark.parametrize(
    ("values", "age", "pregnant", "asked"),
    [
        ({"heart_rate": 180, "spo2": 80, "temperature": 41.5}, 40, None, []),
        ({"heart_rate": 181, "spo2": 79, "temperature": 41.6}, 40, None, ["heart_rate", "spo2", "temperature"]),
        ({"heart_rate": 200}, 0.5, None, []),
        ({"heart_rate": 200}, 12, None, ["heart_rate"]),
        ({"heart_rate": 50}, 11.9, None, ["heart_rate"]),
        ({"heart_rate": 50}, None, None, []),
        ({"consciousness": "pain", "oxygen": True, "pain": 10}, 40, None, []),
        ({}, 106, None, ["age_years"]),
        ({}, 10, True, ["pregnant"]),
        ({}, 57, True, ["pregnant"]),
        ({}, 56.9, True, []),
        ({}, 10, False, []),
    ],
)
def test_unusual(values: dict[str, object], age: float | None, pregnant: bool | None, asked: list[str]) -> None:
    assert unusual_values(values, age, pregnant) == asked
