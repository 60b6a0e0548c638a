"""A policy file that says something impossible is refused by name of the place."""

import json

import pytest

from moderation.policy import UnusablePolicy, load_policy, read_policy


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ([], "must be a table"),
        ({}, "version: is missing"),
        ({"version": " "}, "version: must say something"),
        ({"version": "1", "tresholds": {}}, "tresholds: is not known here"),
        ({"version": "1", "thresholds": []}, "thresholds: must be"),
        ({"version": "1", "thresholds": {"bert": {"rude": 0.5}}}, r"thresholds\.bert\.rude: must be a label"),
        (
            {"version": "1", "thresholds": {"bert": {"toxic": 1.5}}},
            r"thresholds\.bert\.toxic: must be less than or equal to 1",
        ),
        ({"version": "1", "thresholds": {"bert": {"toxic": True}}}, r"thresholds\.bert\.toxic: must be a valid number"),
        (
            {"version": "1", "thresholds": {"bert": {"toxic": "0.5"}}},
            r"thresholds\.bert\.toxic: must be a valid number",
        ),
        ({"version": "1", "thresholds": {"bert": {"toxic": float("nan")}}}, r"toxic: must be a finite number"),
        ({"version": "1", "act": {"rude": 1}}, r"act\.rude: must be a label"),
        ({"version": "1", "act": 3}, "act: must be"),
        ({"version": "1", "versions": []}, "versions: must be"),
        ({"version": "1", "versions": {"a": {"acts": {}}}}, r"versions\.a\.acts: is not known here"),
        ({"version": "1", "versions": {"a": {"act": {"rude": 1}}}}, r"versions\.a\.act\.rude: must be a label"),
        ({"version": "1", "quiet_labels": "toxic"}, "quiet_labels: must be"),
        ({"version": "1", "deciding_kinds": [1]}, r"deciding_kinds\[0\]: must be"),
        ({"version": "1", "audit_share": -0.1}, "audit_share: must be greater than or equal to 0"),
        ({"version": "1", "keywords": {"heavy_from": 1}}, r"keywords\.heavy_from: is not known here"),
        ({"version": "1", "keywords": {"mild_from": 0.95}}, "must rise"),
        ({"version": "1", "priority": {"severity": 0.9}}, "add up to 1.55"),
        ({"version": "1", "priority": {"target_minutes": 0}}, "target_minutes: must be greater than 0"),
    ],
)
def test_refused(raw, message):
    with pytest.raises(UnusablePolicy, match=message):
        read_policy(raw)


def test_the_message_names_the_file(tmp_path):
    path = tmp_path / "policy.json"
    with pytest.raises(UnusablePolicy, match=r"policy\.json: can't be read"):
        load_policy(path)
    path.write_text("{")
    with pytest.raises(UnusablePolicy, match=r"policy\.json: is not JSON"):
        load_policy(path)
    path.write_text(json.dumps({"version": ""}))
    with pytest.raises(UnusablePolicy, match=r"policy\.json: version"):
        load_policy(path)
