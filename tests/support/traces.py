"""What is left of something in the database, whatever the tables are called."""

from django.db import connection

EVERY = 'SELECT count(*) FROM "{}"'
HOLDING = EVERY + " AS whole WHERE strpos(lower(whole::text), lower(%s)) > 0"


def rows() -> dict[str, int]:
    """How many rows each table has."""
    return {table: _count(EVERY.format(table)) for table in connection.introspection.table_names()}


def tables_with(word: str) -> list[str]:
    """The tables in which the word stands, in any column: as it is, inside JSON, or as bytes."""
    written = [word, word.encode("unicode_escape").decode(), word.encode().hex()]
    tables = connection.introspection.table_names()
    return [table for table in tables if any(_count(HOLDING.format(table), form) for form in written)]


def _count(query: str, *values: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return int(cursor.fetchone()[0])
