import subprocess
import sys

import pytest

from aimass_apps.inference import devices


def test_the_setting_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIMASS_DEVICE", "cpu")
    assert devices.choose_device() == "cpu"


def test_auto_takes_the_gpu_when_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIMASS_DEVICE", raising=False)
    for there, chosen in ((True, "cuda"), (False, "cpu")):
        monkeypatch.setattr(devices, "_gpu_is_there", lambda there=there: there)
        assert devices.choose_device() == chosen


@pytest.mark.parametrize("asked", ["cuda", "cuda:1", "tpu"])
def test_a_missing_device_is_named(monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    monkeypatch.setattr(devices, "_gpu_is_there", lambda: False)
    with pytest.raises(devices.NoSuchDevice, match=asked):
        devices.choose_device(asked)


def test_threads_follow_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIMASS_THREADS", "3")
    assert devices.cpu_threads() == 3
    monkeypatch.delenv("AIMASS_THREADS")
    assert devices.cpu_threads() >= 1


@pytest.mark.slow
def test_a_cpu_worker_imports_no_torch() -> None:
    code = (
        "import sys; from aimass_apps.inference.kinds.bert import onnx_backend, predictor;"
        "from aimass_apps.inference.kinds.svm import predictor;"
        "from aimass_apps.inference.kinds.keywords import predictor;"
        "from aimass_apps.inference.devices import choose_device; choose_device('cpu');"
        "sys.exit(bool({'torch', 'transformers'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
