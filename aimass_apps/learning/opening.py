"""Work that may be open only once for each (desk, kind, language): the database refuses a second, told in words."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction


@contextmanager
def one_open(constraint: str, refusal: Exception) -> Iterator[None]:
    """A transaction for the block; raises `refusal` where this constraint refuses what it writes."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) != constraint:
            raise
        raise refusal from error
