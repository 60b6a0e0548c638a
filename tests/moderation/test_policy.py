"""A policy file that says something impossible is refused by name of the place."""

import json

import pytest

from moderation.policy import UnusablePolicy, load_policy, read_policy


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ([], "must be an object"),
        ({}, "version: must be a text"),
        ({"version": " "}, "version: must be a text"),
        ({"version": "1", "tresholds": {}}, "unknown entry 'tresholds'"),
        ({"version": "1", "thresholds": []}, "thresholds: must be an object"),
        ({"version": "1", "thresholds": {"bert": {"rude": 0.5}}}, "'rude' is not a label"),
        ({"version": "1", "thresholds": {"bert": {"toxic": 1.5}}}, "thresholds.bert.toxic: must be a number"),
        ({"version": "1", "thresholds": {"bert": {"toxic": True}}}, "thresholds.bert.toxic: must be a number"),
        ({"version": "1", "act": {"rude": 1}}, "'rude' is not a label"),
        ({"version": "1", "act": 3}, "act: must be an object"),
        ({"version": "1", "versions": []}, "versions: must be an object"),
        ({"version": "1", "versions": {"a": {"acts": {}}}}, "versions.a: unknown entry 'acts'"),
        ({"version": "1", "versions": {"a": {"act": {"rude": 1}}}}, "'rude' is not a label"),
        ({"version": "1", "quiet_labels": "toxic"}, "quiet_labels: must be a list"),
        ({"version": "1", "deciding_kinds": [1]}, "deciding_kinds: must be a list"),
        ({"version": "1", "audit_share": -0.1}, "audit_share: must be a number"),
        ({"version": "1", "keywords": {"heavy_from": 1}}, "unknown entry 'heavy_from'"),
        ({"version": "1", "keywords": {"mild_from": 0.95}}, "must rise"),
        ({"version": "1", "priority": {"severity": 0.9}}, "add up to 1.55"),
        ({"version": "1", "priority": {"target_minutes": 0}}, "target_minutes: must be a number above 0"),
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
