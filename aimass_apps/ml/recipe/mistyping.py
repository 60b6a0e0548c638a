"""How one letter of a word goes wrong under hasty fingers; `at` is its place."""


def lost(word: str, at: int) -> str:
    """Left out."""
    return word[:at] + word[at + 1 :]


def doubled(word: str, at: int) -> str:
    """Typed twice."""
    return word[:at] + word[at] + word[at:]


def swapped(word: str, at: int) -> str:
    """Typed behind the one that follows it."""
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def replaced(word: str, at: int, letter: str) -> str:
    """Another key hit."""
    return word[:at] + letter + word[at + 1 :]
