"""How the desk reads a visit: shorthand written out, Chinese told in English too, for rules, models and pages."""

from functools import lru_cache
from typing import Final, NamedTuple

from aimass_apps.inference.text.chinese import has_han
from triage.clinical_text.shorthand import Note, write_out
from triage.knowledge.chinese import tell_in_english
from triage.knowledge.corrections import Correction, step
from triage.knowledge.spelling import correct_spelling

_LEAST_HAN: Final = 0.3  # of the letters: below that, a note in another language that holds a Chinese word


class VisitNote(NamedTuple):
    """`plain` is the note written out in its own language, `english` what English readers get: the same for English."""

    plain: Note
    english: Note
    chinese: bool


@lru_cache(maxsize=256)
def read_note(text: str, corrections: tuple[Correction, ...] = ()) -> VisitNote:
    """The note of one visit, as a person corrected what was read."""
    if is_chinese(text):
        plain = write_out(text, (step(corrections, chinese=True),) if corrections else ())
        return VisitNote(plain, tell_in_english(plain), chinese=True)
    corrected = (step(corrections, chinese=False),) if corrections else ()
    plain = write_out(text, (correct_spelling, *corrected))
    return VisitNote(plain, plain, chinese=False)


def is_chinese(text: str) -> bool:
    """Whether a text is written in Chinese for the most part."""
    if not has_han(text):
        return False
    han = sum("㐀" <= character <= "鿿" for character in text)
    letters = sum(character.isalpha() for character in text)
    return han >= _LEAST_HAN * letters
