from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from aimass_apps.inference.packed import AnyArray, load_packed, save_packed

RNG = np.random.default_rng(5)
ARRAYS: dict[str, AnyArray] = {
    "int8 rows": RNG.integers(-3, 4, (40, 30)).astype(np.int8),
    "int8 columns": np.tile(RNG.integers(-90, 90, 50).astype(np.int8)[:, None], (1, 60)).T.copy(),
    "half": RNG.normal(size=(6, 4)).astype(np.float16),
    "float": RNG.normal(size=7).astype(np.float32),
    "numbers": np.sort(RNG.integers(0, 2**40, 300).astype(np.uint64)),
    "transposed": RNG.normal(size=(5, 8)).astype(np.float32).T,
    "three axes": RNG.normal(size=(2, 3, 4)).astype(np.float32),
    "empty": np.zeros(0, np.float32),
}


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    save_packed(tmp_path / "packed", ARRAYS)
    found = load_packed(tmp_path / "packed")
    assert found.keys() == ARRAYS.keys()
    for name, each in ARRAYS.items():
        assert (found[name].dtype, found[name].shape) == (each.dtype, each.shape), name
        assert np.array_equal(found[name], each), name
    assert (tmp_path / "packed").stat().st_mode & 0o777 == 0o644


def test_equal_arrays_are_equal_bytes_and_few(tmp_path: Path) -> None:
    alike = {"sparse": np.where(RNG.random((300, 200)) < 0.1, 1, 0).astype(np.int8)}
    for name in ("first", "second"):
        save_packed(tmp_path / name, alike)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()
    assert (tmp_path / "first").stat().st_size < 0.2 * alike["sparse"].size


def test_plain_files_of_earlier_versions_are_read(tmp_path: Path) -> None:
    save_file({"float": ARRAYS["float"]}, tmp_path / "plain")
    assert np.array_equal(load_packed(tmp_path / "plain")["float"], ARRAYS["float"])


def test_a_cut_array_is_refused(tmp_path: Path) -> None:
    save_packed(tmp_path / "packed", {"float": ARRAYS["float"], "half": ARRAYS["half"]})
    content = (tmp_path / "packed").read_bytes()
    (tmp_path / "packed").write_bytes(content.replace(b"[6, 4]", b"[6, 5]"))
    with pytest.raises(ValueError, match="reshape"):
        load_packed(tmp_path / "packed")
