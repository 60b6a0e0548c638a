"""Where models run: one setting, `AIMASS_DEVICE` (`auto`, `cpu`, `cuda`, `cuda:1`, ...)."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from aimass_apps import environment


class NoSuchDevice(ValueError):
    """The device asked for is not there."""


def choose_device(asked: str = "auto") -> str:
    """`cpu` or a CUDA device's name.

    `auto` follows `AIMASS_DEVICE`, and where that says `auto` too, takes a GPU when the driver and torch
    are there. torch is imported only after the driver was seen: on a CPU worker it costs 200 MB.
    Raises `NoSuchDevice` when a GPU is asked for by name and missing.
    """
    wanted = environment.text("AIMASS_DEVICE") if asked == "auto" else asked
    if wanted == "cpu":
        return "cpu"
    if wanted == "auto":
        return "cuda" if _gpu_is_there() else "cpu"
    if not wanted.startswith("cuda"):
        raise NoSuchDevice(f"AIMASS_DEVICE={wanted!r}: use auto, cpu, cuda or cuda:N")
    if not _gpu_is_there():
        raise NoSuchDevice(f"{wanted} was asked for, but no GPU with torch was found here")
    return wanted


def cpu_threads() -> int:
    """Threads for one model on CPU: `AIMASS_THREADS`, or every core this process may use."""
    return max(1, environment.whole("AIMASS_THREADS") or len(os.sched_getaffinity(0)))


def multiplies_bf16() -> bool:
    """Whether the GPU, or without one the processor, is made for bfloat16: elsewhere that is slower than float32."""
    import torch

    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def _gpu_is_there() -> bool:
    if not Path("/proc/driver/nvidia/version").exists() or find_spec("torch") is None:
        return False
    import torch

    return bool(torch.cuda.is_available())
