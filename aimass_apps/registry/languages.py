"""Which versions read which languages; plain Python, so that anything may import it."""

from collections.abc import Collection

ANY = "any"  # the language of a version that reads every language
EVERY = "every"  # asked for a text whose language is not clear


def may_read(version_language: str, asked: Collection[str]) -> bool:
    """Whether a version of this language is to be asked about a text of the `asked` languages."""
    return version_language == ANY or EVERY in asked or version_language in asked
