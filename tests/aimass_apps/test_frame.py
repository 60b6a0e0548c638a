"""Promises of the frame as a whole."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODEL_LIBRARIES = ("torch", "transformers", "onnxruntime", "sklearn", "skops", "onnx", "datasketch")


def test_the_web_process_never_loads_a_model_library():
    program = f"""
import sys
from aimass_apps.wsgi import application
from django.urls import get_resolver
get_resolver().url_patterns
print([name for name in {MODEL_LIBRARIES!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("ending", [".pkl", ".pickle", ".joblib"])
def test_no_pickle_is_tracked(ending):
    listed = subprocess.run(["git", "ls-files", f"*{ending}"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert listed.stdout == ""


def test_starters_stay_small():
    starters = ROOT / "aimass_apps" / "registry" / "starters"
    sizes = {
        folder.name: sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
        for folder in starters.iterdir()
        if folder.is_dir()
    }
    assert max(sizes.values()) <= 25_000_000, sizes
    assert sum(sizes.values()) <= 80_000_000, sizes
