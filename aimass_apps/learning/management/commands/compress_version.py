"""`manage.py compress_version FOLDER --out FOLDER --bits 4`: a version stored anew, coarser or without loss."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from aimass_apps.registry.artefacts import BrokenArtefact

FEWEST, MOST = 2, 8


class Command(BaseCommand):
    help = "Store a version anew; without --bits nothing is rounded. Measure a rounded one before it is used."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the version's folder")
        parser.add_argument("--out", type=Path, required=True, help="the folder to write, which is not there yet")
        parser.add_argument(
            "--bits", type=_bits, nargs="+", default=[], help="2 to 8, or for matrices by name: embeddings=4 layer=5.5"
        )

    def handle(self, *args: Any, folder: Path, out: Path, bits: list[tuple[str, float]], **options: Any) -> None:
        try:
            from aimass_apps.ml.shrink.store_anew import NotStoredAnew, store_anew
        except ModuleNotFoundError as error:
            raise CommandError(f"{error.name} is missing: the training set is needed.") from error
        try:
            store_anew(folder, out, dict(bits) or None)
        except (NotStoredAnew, BrokenArtefact, FileExistsError) as error:
            raise CommandError(str(error)) from error
        before, after = (sum(each.stat().st_size for each in place.iterdir()) / 1e6 for place in (folder, out))
        self.stdout.write(f"wrote {out}: {after:.1f} MB, {before:.1f} before")


def _bits(told: str) -> tuple[str, float]:
    """A part of a matrix's name (every name holds the empty one) and its bits."""
    part, _, number = told.rpartition("=")
    try:
        bits = float(number)
    except ValueError:
        bits = 0.0
    if not FEWEST <= bits <= MOST:
        raise ArgumentTypeError(f"{told}: say {FEWEST} to {MOST} bits, or part=bits")
    return part, bits
