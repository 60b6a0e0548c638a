"""Short presentations as training rows of the learned urgency: people's own words, age, sex, and the author's level."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("presentations.json")

Row = tuple[str, dict[str, float], dict[str, object]]


def presentation_rows(seed: int, n: int) -> Iterator[Row]:
    """All presentations in the file's order, which are few: neither `seed` nor `n` chooses among them."""
    for each in json.loads(FILE.read_text(encoding="utf-8")):
        yield each["text"], {f"urgency:{each['level']}": 1.0}, {"age_years": each["age"], "sex": each["sex"]}
