"""Locks on a name: for what no row stands for yet, such as the first version of a place."""

from django.db import connection


def one_at_a_time(*name: str) -> None:
    """Wait until no other transaction holds this name; held until the transaction around the call ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [" ".join(name)])
