"""Where the files that recipes name lie: one rule for every command and for the training worker."""

import argparse
from pathlib import Path

from aimass_apps import environment


def add_data(parser: argparse.ArgumentParser) -> None:
    """The option `--data`, to be read with `data_folder`."""
    parser.add_argument("--data", type=Path, help="where the recipe's files are (else AIMASS_DATA)")


def data_folder(given: Path | None = None) -> Path | None:
    """The folder that was given, else AIMASS_DATA; None where neither names one."""
    return given or environment.data_folder()
