"""Signs of triage notes in words: "#", "(-)", "Ø", "SOB-", "CP 0", "R)", "Fever? N", full-width digits."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from aimass_apps.inference.text.offset_text import Edit

# Letters and digits as a Chinese keyboard may write them, one for one.
_WIDE: Final = {
    code: chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
} | {ord("．"): ".", ord("／"): "/", ord("％"): "%", ord("＃"): "#"}
_WIDE_SIGN: Final = re.compile(f"[{''.join(map(chr, _WIDE))}]")
_BODY: Final = (
    r"sided?|side|arms?|legs?|hands?|foot|feet|eyes?|ears?|knees?|hips?|ankles?|wrists?|shoulders?|elbows?|loin|flank|iliac"
    r"|upper|lower|face|facial|breast|testi\w*|groin|chest|calf|thigh|cheek|thumb|fingers?|toes?|neck|temple|temporal|lung"
    r"|hemi\w*|limb|big|little|index|middle|ring|great|heel|shin|forearm|UL|LL|TM|tonsil|kidney|renal|pupil|CVA|NOF|ptx|base"
    r"|scapula|clavicle|humerus|radius|ulna|femur|tibia|fibula|tib|rib|ribs|buttock|axilla|jaw|nostril|ovary|ovarian|tube"
)
_RULES: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = tuple(
    (re.compile(pattern), new)
    for pattern, new in (
        # "(-) fever" before the finding, "fever (-)" behind it.
        (r"(?:(?<=^)|(?<=[\n,;:.，；：。]))[ \t]{0,3}\([-–]\)[ \t]{0,3}(?=\w)", " no "),
        (r"(?:(?<=^)|(?<=[\n,;:.，；：。]))[ \t]{0,3}\(\+\)[ \t]{0,3}(?=\w)", " "),
        # "SOB-, CP 0": a sign right behind the finding.
        (r"(?<=[A-Za-z]{2})-(?=[ \t]{0,3}(?:[,;.\n]|$))", " (-)"),
        (r"(?<=[A-Za-z&]{2}) 0(?=[ \t]{0,3}(?:[,;\n]|\.(?!\d)|$))", " (-)"),
        (r"(?<![\w])[Øø∅](?!\w)[ \t]{0,3}", "no "),
        (r"(?<![\w+-])[-–]ve for\b", "negative for"),
        (r"(?:(?<=^)|(?<=[\n,;:.] )|(?<=[\n,;:.]))[-–]ve (?=[A-Za-z])", "no "),
        (r"(?<![\w+-])[-–]ve\b", "negative"),
        (r"(?<![\w+-])\+ve\b", "positive"),
        (r"\b[Nn]eg(?:ative)? for\b", "negative for"),
        (r"\b[Nn]eg (?=[A-Za-z])", "no "),
        (r"[?:][ \t]{0,3}(?:Y|y|Yes|yes)(?![\w'’])", ": yes,"),
        (r"[?:][ \t]{0,3}(?:N|n|No|no|Nil|nil)(?=[ \t]{0,3}(?:[,;.\n]|$)|[ \t]+[A-Z])", ": no,"),
        (r"#(?=[ \t]{0,2}[A-Za-z])[ \t]{0,2}", "fracture "),
        (r"(?<!\w)\(?R\)(?=[ \t])", "right"),
        (r"(?<!\w)\(?L\)(?=[ \t])", "left"),
        (rf"(?<![\w/.])(?<!\d )R(?=[ \t]+(?:{_BODY})\b)", "right"),
        (rf"(?<![\w/.])(?<!\d )L(?=[ \t]+(?:{_BODY})\b)", "left"),
        (r"[ \t]?↓{1,3}[ \t]?", " reduced "),
        (r"[ \t]?↑{1,3}[ \t]?", " increased "),
        # "~30", "30+": about; the number stands for itself.
        (r"[~≈](?=[ \t]?\d)[ \t]?", ""),
        (r"(?<=\d)\+(?=\s|[,;.)]|$|y)", ""),
        (r"(?<=[A-Za-z])[ \t]?\+{2,4}(?!\w)", " a lot"),
    )
)


def write_out_signs(text: str) -> Iterator[Edit]:
    """Edits, sorted and apart."""
    found = [Edit(match.start(), match.end(), match.group().translate(_WIDE)) for match in _WIDE_SIGN.finditer(text)]
    for pattern, new in _RULES:
        found += [
            Edit(*match.span(), match.expand(new) if isinstance(new, str) else new(match))
            for match in pattern.finditer(text)
        ]
    done = 0
    for edit in sorted(found, key=lambda each: (each.start, -each.end)):
        if edit.start >= done:
            yield edit
            done = edit.end
