"""Cut what a clinical text denies ("No fever, no cough. He denies chest pain or sweating.") before a model reads it.

A bag of words can't tell a denied finding from a present one, and lists of denials are long. Only plain, listed
denials are cut, up to the end of the sentence or a word that turns it round (after NegEx: Chapman et al. 2001);
"no longer eats" or "cannot walk" tell a finding and stay. The safety rules read the whole text, never this one.
"""

from __future__ import annotations

import re

# After "no": these make a finding of it.
_FINDING = (
    r"longer|relief|improvement|response|appetite|energy|interest|sleep|reflexes?|pulses?|periods?|menses|sensation"
    r"|feeling|urine|stools?|bowel|movement|power|strength|sense|smell|taste|memory|recollection|one|matter|idea|way"
)
_TRIGGERS = (
    rf"\bno\b(?!\s+(?:{_FINDING})\b)",
    r"\bnil\b",
    r"(?<!nothing )(?<!was )(?<!been )\bdenie[sd]\b",
    r"\bdeny(?:ing)?\b",
    r"\bnegative for\b",
    r"\bfree of\b",
    r"\babsence of\b",
    r"\bpertinent negatives?(?: are| include)?:?",
    r"\b(?:does|do|did|has|have|had) not (?:have|had|report|describe|note)\b",
    r"\b(?:doesn|don|didn|hasn|haven|hadn)['’]?t (?:have|had|report|describe|note|got)\b",
    r"\bwithout (?:any |associated )?(?=fever|chills|pain|nausea|vomit|cough|rash|swelling|bleeding|discharge)",
    r"\bwithout (?:any |associated )?(?=headache|weakness|numbness|trauma|injury|relation)",
    r"\bnot (?:associated with|accompanied by)\b",
)
_TRIGGER = f"(?:{'|'.join(_TRIGGERS)})"
_TURN = (
    r"(?:[.;\n]|(?:,|(?<!\s))\s*+\b(?:but|however|although|though|except|apart from|yet)\b"
    r"|,\s*+(?:and\s++)?(?:he|she|they|i|patient)\b|\band\s++(?:reports|has|complains|describes|notes|presents)\b|$)"
)
# Each also matches what only begins like it, and puts that back: read once, not again from each sign of it.
_DENIAL = re.compile(
    rf"[,\s]*+(?:\band\s++|\bor\s++)?{_TRIGGER}.*?(?={_TURN})|(?P<kept>[,\s]++)", re.IGNORECASE | re.DOTALL
)
_EMPTY = re.compile(
    r"(?P<kept>(?:(?<=[.;\n])|^)\s*+(?:\b(?:he|she|they|i|there|patient|the patient|has|is|are|was)\b\s*+)*+)"
    r"(?P<end>[.;,])?",
    re.IGNORECASE,
)

# "Waterworks fine", "saddle sensation normal", "speech and vision ok": a clause that says that a thing is as it should
# be names no finding. Not "not normal", and no clause that tells of anything else.
_NORMAL = re.compile(
    r"(?:(?<=^)|(?<=[,.;:\n]))[ \t]*+(?!\W)"
    r"(?:(?!(?:not|never|but|except|until|usually|normally)\b|\w+n['’]t\b)[\w/+&'’-]++[ \t]++){1,8}+"
    r"(?<=[ \t])(?:fine|normal|ok|okay|intact|unremarkable|unchanged|good|nothing abnormal)[ \t]*+(?P<end>[,.;\n]|$)",
    re.IGNORECASE,
)


def without_denials(text: str) -> str:
    """`text` without what it denies; the whole text when nothing else would be left."""
    cut = _NORMAL.sub(lambda match: " " if match["end"] == "," else match["end"], text)
    cut = _DENIAL.sub(lambda match: match["kept"] or "", cut)
    cut = _EMPTY.sub(lambda match: " " if match["end"] else match["kept"], cut)
    cut = re.sub(r"[ \t]{2,}", " ", cut).strip(" ,;")
    return cut if re.search(r"\w", cut) else text
