"""What the suites were frozen as: their functions, and a digest of their cases."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from moderation.corpus.functional import suite
from moderation.corpus.functional.suite import Case

FOLDER = Path(suite.__file__).parent


def function_names(templates: str = "templates.json") -> set[str]:
    """The ids of a suite's functions."""
    return {each["id"] for each in json.loads((FOLDER / templates).read_text(encoding="utf-8"))["functions"]}


def digest(cases: Iterable[Case]) -> str:
    """SHA-256 over the cases as JSON lines, keys sorted."""
    lines = (json.dumps(asdict(case), sort_keys=True, ensure_ascii=False) for case in cases)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def recorded_digest(file: str = "suite.sha256") -> str:
    """The digest that a suite was frozen with."""
    return (FOLDER / file).read_text(encoding="ascii").split()[0]
