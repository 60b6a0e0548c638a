from pathlib import Path

import numpy as np
import pytest

from aimass_apps.inference.output_head import Head, plain_head, read_head, sigmoid, softmax
from aimass_apps.inference.tensors import SMALLEST, quantise, read_weights, write_weights

GROUPS = [{"activation": "sigmoid", "labels": ["a", "b"]}, {"activation": "softmax", "labels": ["x", "y", "z"]}]


def test_groups_become_probabilities() -> None:
    rows = plain_head(GROUPS).probabilities(np.array([[0.0, 50.0, 1.0, 1.0, 1.0]], np.float32))
    assert rows[0, :2] == pytest.approx([0.5, 1.0])
    assert rows[0, 2:] == pytest.approx([1 / 3] * 3)


def test_temperature_and_bias_are_used() -> None:
    head = Head(tuple(GROUPS), (2.0, 1, 1, 1, 1), (0.0, -1.0, 0, 0, 0))
    rows = head.probabilities(np.array([[2.0, 1.0, 0, 0, 0]], np.float32))
    assert rows[0, :2] == pytest.approx([1 / (1 + np.exp(-1)), 0.5])


def test_extreme_outputs_stay_finite() -> None:
    extreme = np.array([[-1e4, 1e4, 0.0]], np.float32)
    assert np.isfinite(sigmoid(extreme)).all()
    assert softmax(extreme)[0] == pytest.approx([0.0, 1.0, 0.0])


def test_windows_merge_by_worst_or_by_mean() -> None:
    windows = np.array([[0.1, 0.9], [0.5, 0.3]], np.float32)
    assert plain_head(GROUPS, combine="max").merge(windows) == pytest.approx([0.5, 0.9])
    assert plain_head(GROUPS, combine="mean").merge(windows) == pytest.approx([0.3, 0.6])


def test_a_head_is_read_as_written(tmp_path: Path) -> None:
    head = Head(tuple(GROUPS), (2.0, 1, 1, 1, 1), (0.0, -1.0, 0, 0, 0), 64, "mean")
    head.write(tmp_path)
    assert read_head(tmp_path) == head
    assert head.labels == ("a", "b", "x", "y", "z")


def test_quantised_weights_are_within_half_a_step() -> None:
    weight = np.random.default_rng(1).normal(size=(40, 60)).astype(np.float32)
    stored, scale = quantise(weight)
    assert stored.dtype == np.int8
    assert (np.abs(stored * scale[:, None] - weight) <= scale[:, None] / 2 + 1e-6).all()


def test_four_bits_are_within_half_a_step_of_their_block(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    weight = (rng.normal(size=(64, 96)) * np.repeat([0.01, 1.0, 30.0], 32)).astype(np.float32)
    odd = rng.normal(size=(64, 50)).astype(np.float32)
    write_weights(tmp_path / "w.safetensors", {"weight": weight, "odd": odd, "zero": np.zeros((64, 64), np.float32)}, 4)
    read = read_weights(tmp_path / "w.safetensors")
    step = np.abs(weight.reshape(64, 3, 32)).max(axis=2, keepdims=True) / 7
    assert (np.abs(read["weight"] - weight).reshape(64, 3, 32) <= 0.505 * step).all()
    assert np.abs(read["weight"] - weight).max() > 0.1
    assert np.abs(read["odd"] - odd).max() < 0.03  # not whole blocks: 8 bits
    assert not read["zero"].any()
    assert (tmp_path / "w.safetensors").stat().st_size < 0.6 * (weight.size + 64 * 64) + 1.2 * odd.size + 1500


def test_four_bits_written_again_are_the_same(tmp_path: Path) -> None:
    weight = np.random.default_rng(4).normal(size=(64, 64)).astype(np.float32)
    write_weights(tmp_path / "first", {"weight": weight}, 4)
    write_weights(tmp_path / "second", read_weights(tmp_path / "first"), 4)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_weights_are_int8_where_large_and_exact_where_small(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    large = rng.normal(size=(64, SMALLEST // 32)).astype(np.float32)
    small = rng.normal(size=(3, 4)).astype(np.float32)
    write_weights(tmp_path / "w.safetensors", {"large": large, "small": small, "zero": np.zeros((64, 64), np.float32)})
    read = read_weights(tmp_path / "w.safetensors")
    assert set(read) == {"large", "small", "zero"}
    assert np.array_equal(read["small"], small)
    assert np.abs(read["large"] - large).max() < 0.03
    assert not read["zero"].any()
    assert (tmp_path / "w.safetensors").stat().st_size < large.nbytes + 64 * 64 * 2
