"""Draws that are uniform over texts or records and the same at every repeat: by a hash, not by a generator."""

import hashlib


def drawn(text: str) -> float:
    """A number in [0, 1), by the text's SHA-256."""
    return place_of(hashlib.sha256(text.encode()).digest())


def place_of(digest: bytes) -> float:
    """A number in [0, 1), by the first four of bytes that are random or a hash."""
    return int.from_bytes(digest[:4]) / 2**32
