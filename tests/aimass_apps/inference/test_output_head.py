from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from safetensors.numpy import save_file

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


BITS = [7, 6, 5.5, 5, 4, 3]


def test_fewer_bits_are_larger_steps_and_as_many_bits_on_disk(tmp_path: Path) -> None:
    weight = np.random.default_rng(3).normal(scale=0.03, size=(256, 256)).astype(np.float32)
    for bits in BITS:
        write_weights(tmp_path / f"{bits}", {"weight": weight}, bits)
        error = read_weights(tmp_path / f"{bits}")["weight"] - weight
        step = 4.13 * 0.03 / 2**bits
        assert np.abs(error).max() < 0.65 * step, bits  # half a step, and a row's spread is not quite the whole's
        assert np.sqrt(np.square(error).mean()) == pytest.approx(step / np.sqrt(12), rel=0.05), bits
        assert (tmp_path / f"{bits}").stat().st_size * 8 / weight.size == pytest.approx(bits, abs=0.4), bits


@pytest.mark.parametrize("bits", BITS)
def test_rows_of_every_size_and_their_largest_number_are_kept(tmp_path: Path, bits: float) -> None:
    weight = np.random.default_rng(4).normal(size=(64, 96)).astype(np.float32)
    weight *= np.logspace(-4, 2, 64, dtype=np.float32)[:, None]
    weight[:, 7] *= 100  # would not fit into int8 with the step of the others
    weight[5] = 0
    write_weights(tmp_path / "w", {"weight": weight}, bits)
    read = read_weights(tmp_path / "w")["weight"]
    largest = np.abs(weight).max(axis=1)
    assert (np.abs(read - weight).max(axis=1) <= 0.5 * np.maximum(largest / 127, _step(weight, bits)) + 1e-9).all()
    assert not read[5].any()


def _step(weight: npt.NDArray[np.float32], bits: float) -> npt.NDArray[np.float32]:
    return np.sqrt(np.square(weight).mean(axis=1)) * 4.1328 / 2**bits


def test_matrices_have_the_bits_of_their_names(tmp_path: Path) -> None:
    weight = np.random.default_rng(7).normal(size=(64, 64)).astype(np.float32)
    names = {"words.embeddings": 4, "layer.1.dense": 5.5, "head": 8}
    write_weights(tmp_path / "mixed", dict.fromkeys(names, weight), {"embeddings": 4, "layer": 5.5})
    for name, bits in names.items():
        write_weights(tmp_path / name, {"weight": weight}, bits)
        assert np.array_equal(read_weights(tmp_path / "mixed")[name], read_weights(tmp_path / name)["weight"]), name


def test_four_bits_of_versions_of_before_are_read(tmp_path: Path) -> None:
    """Two blocks of 32 numbers in a row, the lower halves of the bytes first."""
    numbers = np.random.default_rng(8).integers(-7, 8, (64, 2, 32))
    packed = (numbers[:, :, :16] + 8) | (numbers[:, :, 16:] + 8) << 4
    scale = np.random.default_rng(9).uniform(0.5, 2, (64, 2)).astype(np.float16)
    save_file({"w": packed.reshape(64, 32).astype(np.uint8), "w.scale": scale}, tmp_path / "before")
    expected = (numbers * scale[:, :, None].astype(np.float32)).reshape(64, 64)
    assert np.array_equal(read_weights(tmp_path / "before")["w"], expected.astype(np.float32))


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
