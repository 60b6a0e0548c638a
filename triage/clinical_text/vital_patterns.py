"""How notes write vital signs, English and Chinese: one table of expressions for each sign.

Each has the groups `value` (or `upper`, `lower`) and perhaps `unit`. They read a note whose shorthand is written out.
"""

import re
from collections.abc import Mapping
from typing import Final

_IS: Final = r"(?:[\s:=@,]{0,3}(?:is|was|of|at|to|now|rate|reads?|reading|in the|up to|down to|around|about|approximately|only|measured)\b){0,2}[\s:=@：，]{0,3}"
_ZH_IS: Final = r"[\s:：=是为约达到在有只才仅都]{0,5}"
# Behind a number that is none of a vital sign.
_NO_SIGN: Final = r"(?!\d|[.,]\d|\s?/|\s?%?\s?(?:mg|mcg|g\b|ml\b|units?|tablets?)|\s?-?(?:minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|months?|mths?|years?|yrs?|times\b(?! (?:a|per) min)))"
_NUMBER: Final = r"(?:between )?(?P<value>\d{2,3})"
_SMALL: Final = r"(?:between )?(?P<value>\d{1,3})"


def _any(*ways: str) -> re.Pattern[str]:
    """One expression of several; a group's name may stand in one way only, so the ways are numbered apart."""
    numbered = [re.sub(r"\?P<(\w+)>", rf"?P<\1_{number}>", way) for number, way in enumerate(ways)]
    return re.compile("|".join(f"(?:{way})" for way in numbered), re.IGNORECASE)


PATTERNS: Final[Mapping[str, re.Pattern[str]]] = {
    "pressure": _any(
        rf"(?<![\w/])(?:n?ibp|bp|b/p|blood pressure|pressure|obs|r bp|l bp){_IS}(?:right |left |R |L |lying |sitting |standing |manual ){{0,1}}(?P<upper>\d{{2,3}})\s*(?:/|over|\\)\s*(?P<lower>\d{{2,3}})(?!\d|/)(?:\s?(?P<unit>kpa))?",
        rf"(?:血压|BP){_ZH_IS}(?P<upper>\d{{1,3}})\s*/\s*(?P<lower>\d{{1,3}})(?!\d|/)(?:\s?(?P<unit>kpa|千帕))?",
        r"(?<![\w/.])(?P<upper>\d{2,3})\s?/\s?(?P<lower>\d{2,3})(?!\d|/)(?=\s?mm\s?hg)",
        rf"(?<!\w)(?:bp|b/p|pressure){_IS}(?P<upper>\d{{2,3}})\s?/\s?(?:p(?:alp\w*)?|doppler)(?!\w)",
        r"(?<![\w/.])(?P<upper>\d{2,3})\sover\s(?P<lower>\d{2,3})(?!\d|/)",
    ),
    "systolic": _any(
        rf"(?<!\w)(?:sbp|systolic(?: bp| pressure)?|bp|b/p|(?:blood )?pressure){_IS}(?:right |left |is in the |in the )?{_NUMBER}s?(?:\s?systolic)?(?!\d|\s*(?:/|over\b|\\)|[.,]\d|%|\s?(?:tablets?|mg))",
        rf"(?:收缩压|高压){_ZH_IS}{_NUMBER}(?!\d)",
    ),
    "heart_rate": _any(
        rf"(?<![\w/])(?:hr|heart rate|pulse(?: rate)?(?! ox)|pr|p|ventricular rate|rate){_IS}{_NUMBER}(?:s\b)?(?!\s*%){_NO_SIGN}",
        rf"(?<!\w)(?:tachycardic|tachycardia|tachy|bradycardic|bradycardia|brady|fast heart|slow heart|heart (?:going|racing|beating)){_IS}{_NUMBER}(?:s\b)?{_NO_SIGN}",
        rf"(?<![\w/.]){_NUMBER}\s?(?:bpm|beats? (?:a|per) min\w*|次/分(?=[^钟]*脉))",
        r"(?<![\w/.])(?P<quarter>\d{1,2}) (?:heart)?beats? in 15 ?s",
        r"(?<![\w/.])(?P<half>\d{2}) (?:heart)?beats? in 30 ?s",
        rf"(?:心率|脉搏|心跳|脉率|脉|(?<![A-Za-z])HR|(?<![A-Za-z])P){_ZH_IS}(?:每分钟|1分钟)?{_ZH_IS}{_NUMBER}(?!\d|[.]\d|%)",
    ),
    "respiratory_rate": _any(
        rf"(?<![\w/])(?:rr|resps?|resp(?:iratory)? rate|respirat(?:ory|ion) rate|respirations|breathing rate|breaths){_IS}{_SMALL}(?:s\b)?{_NO_SIGN}",
        rf"(?<!\w)(?:breathing|breathes|tachypnoeic|breathing fast|resps)\W{{0,3}}(?:at|about|around|up to)?\s?{_SMALL}\s?(?:/\s?min|times (?:a|per)|a minute|per min\w*|breaths?)",
        rf"(?<!\w)(?:tachypnoeic|breathing fast){_IS}{_SMALL}{_NO_SIGN}",
        rf"(?<![\w/.]){_SMALL}\s?breaths? (?:a|per) min",
        r"(?<![\w/.])(?P<quarter>\d{1,2}) breaths? in 15 ?s",
        r"(?<![\w/.])(?P<half>\d{1,2}) breaths? in 30 ?s",
        r"15秒[^\d。]{0,6}(?P<quarter>\d{1,2})\s?次呼吸",
        rf"(?:呼吸(?:频率)?|(?<![A-Za-z])RR|(?<![A-Za-z])R){_ZH_IS}(?:每分钟|1分钟)?{_SMALL}\s?(?:次|/min|bpm|(?![\d.]))",
    ),
    "spo2": _any(
        rf"(?<!\w)(?:spo2|sp02|sats?|sao2|o2 ?sats?|oxygen (?:saturations?|levels?|sats?)|saturations?|sat(?:urat|t)ing|pulse ox(?:imet(?:ry|er))?|oximeter|sat'?ing|desat(?:urat\w+|ted|s)?(?: to)?|o2){_IS}{_NUMBER}(?!\d|[.,]\d|\s?(?:l\b|litres?|liters?))",
        rf"(?<![\w/.]){_NUMBER}\s?%?\s?(?:on\s)?(?:room air|ra\b|air\b)",
        rf"(?<![\w/.]){_NUMBER}\s?%?\son\s\d{{1,2}}\s?(?:l\b|litres?|liters?)",
        rf"(?:血氧(?:饱和度)?|氧饱和度?|指氧|指脉氧|经皮血氧|(?<![A-Za-z])SpO2){_ZH_IS}{_NUMBER}(?!\d)",
    ),
    "temperature": _any(
        rf"(?<![\w/.])(?:temp(?:erature)?s?|t|tmax|febrile|fever|pyrexial?|has a fever){_IS}(?P<value>\d{{2,3}}(?:[.,]\d{{1,2}})?)\s?(?P<unit>°?\s?[cf](?![a-z])|degrees|℃|℉|度)?(?!\d|s\b|[.,]\d|\s?/|\s?%|\s?(?:mg|mcg|ml\b)|\s?-?(?:minutes?|mins?|hours?|hrs?|hr\b|h\b|days?|weeks?|wks?|months?|years?|x\b|times))",
        r"(?<![\w/.])(?P<value>\d{2,3}(?:[.,]\d{1,2})?)\s?(?P<unit>°\s?[cf](?![a-z])|℃|℉|degrees (?:c|f|celsius|fahrenheit))",
        rf"(?:体温|腋温|耳温|肛温|额温|口温|华氏|发热|发烧|高热|高烧|烧到|烧|(?<![A-Za-z])T){_ZH_IS}(?:最高)?{_ZH_IS}(?P<value>\d{{2,3}}(?:[.,]\d{{1,2}})?)\s?(?P<unit>℃|°C|度|°)?(?!\d|[.]\d|\s?(?:天|小时|分钟|个|周|次|年|月|日))",
    ),
    "glucose": _any(
        rf"(?<!\w)(?<!% )(?<!%)(?:blood glucose|glucose|blood sugars?|sugars?|accu-?che[ck]k?|fingerstick|finger ?prick|bgl|bsl|cbg|bm|dex|gluc){_IS}(?P<value>\d{{1,3}}(?:[.,]\d{{1,2}})?)\s?(?P<unit>mmol\w*|mg\s?/?\s?dl)?(?!\d|[.]\d|\s?/(?!l)|\s?-?(?:days?|d\b|hours?|weeks?|tablets?))",
        rf"(?:血糖|随机血糖|指尖血糖|快糖){_ZH_IS}(?P<value>\d{{1,3}}(?:[.,]\d{{1,2}})?)\s?(?P<unit>mmol\w*|mg\s?/?\s?dl)?(?!\d)",
    ),
    "pain": _any(
        rf"(?<!\w)(?:pain|nrs|vas|ache|sore|hurts)(?: score| scale| level)?{_IS}(?P<value>\d{{1,2}})\s?(?:/\s?10|out of (?:10|ten)|(?=分))",
        rf"(?<!\w)(?:pain score|pain scale|nrs|vas){_IS}(?P<value>\d{{1,2}})(?![\d.]|\s?(?:days?|hours?|weeks?))",
        r"(?<![\w/.])(?P<value>\d{1,2})\s?(?:/\s?10|out of (?:10|ten))(?=[\w ,]{0,14}(?:pain|severity|ache))",
        rf"(?:疼痛评分|疼痛|痛|疼|NRS|VAS|评分){_ZH_IS}(?P<value>\d{{1,2}})\s?(?:分|/\s?10)",
    ),
    "glasgow": _any(
        rf"(?<!\w)(?:gcs|glasgow(?: coma)?(?: scale| score)?){_IS}(?P<value>\d{{1,2}})(?!\d|[.]\d)",
        r"(?<!\w)e\s?(?P<eyes>[1-4])\s?,?\s?v\s?(?P<voice>[1-5])\s?,?\s?m\s?(?P<motor>[1-6])(?!\d)",
        rf"(?:GCS|格拉斯哥(?:昏迷)?评分){_ZH_IS}(?P<value>\d{{1,2}})\s?分?(?!\d)",
    ),
    "avpu": _any(
        rf"(?<!\w)ac?vpu(?:评)?{_IS}[\"'(]?(?P<value>[acvpu]|alert|confused|confusion|voice|verbal|pain|unresponsive)(?!\w)"
    ),
    "alert": _any(
        r"(?<!\w)(?:alert(?: (?:and|&) (?:orient(?:at)?ed|awake|talking|chatty|playful|interactive))?|a&o ?x? ?[34]?|fully (?:alert|awake)|awake and alert|orient(?:at)?ed(?: x ?[34])?)(?!\w)",
        r"神志清(?:楚|晰|醒)?|意识清(?:楚|醒|晰)|神清",
    ),
    "confused": _any(
        r"(?<!\w)(?:newly |very |a bit |more |acutely |increasingly )?(?:confused|disorient(?:at)?ed|delirious|muddled|new confusion|acute confusion|agitated and confused)(?!\w)",
        r"意识模糊|神志模糊|神志不清|意识不清|胡言乱语|谵妄|认不出家人|糊涂",
    ),
    "voice": _any(
        r"(?<!\w)(?:(?:only )?(?:respon(?:ds|sive|ding)|rous(?:es|able)|opens? eyes?|reacts?) (?:only )?to (?:voice|verbal|speech|shout\w*)(?: only)?)(?!\w)",
        r"呼之能应|呼唤能睁眼|呼唤可应|对(?:声音|呼唤)有反应|嗜睡",
    ),
    "responds_to_pain": _any(
        r"(?<!\w)(?:(?:only )?(?:respon(?:ds|sive|ding)|rous(?:es|able)|reacts?|localis\w+|flex\w*|withdraw\w*|moans?) (?:only )?to (?:pain\w*|sternal rub|trap(?:ezius)? (?:squeeze|pinch))(?: stimul\w+)?(?: only)?)(?!\w)",
        r"对疼痛(?:刺激)?有反应|刺痛(?:后)?(?:有反应|睁眼)|(?:中度|浅)昏迷|昏睡",
    ),
    "unresponsive": _any(
        r"(?<!\w)(?:unresponsive|not responding(?: at all| to (?:voice|pain|anything|us|me|touch))?(?!\s+to\b)|no response to (?:pain|voice|anything)|unrousable|unarousable|comatose|unconscious)(?!\w)",
        r"无反应|呼之不应|昏迷(?!指数|评分|后)|不省人事|叫不醒",
    ),
    "on_oxygen": _any(
        r"(?<!\w)(?:on )?\d{1,2}\s?(?:l\b|litres?|liters?)(?:/min| (?:a|per) min\w*)?(?: of)? ?(?:oxygen|o2|nrb|non-?rebreath\w*|nasal\w*|nc\b|specs|via|by mask|cannula|venturi|face ?mask)",
        r"(?<!\w)on \d{1,2}\s?(?:l\b|litres?|liters?)(?!\s?(?:of (?:fluid|water|vodka|wine|beer|saline)))",
        r"(?<!\w)(?:on|with|given|needing|requiring|receiving) (?:high[ -]?flow |home |supplemental |nasal |\d{2} ?% )?(?:oxygen|o2)(?! sat)",
        r"(?<!\w)(?:non-?rebreather|nrb|nasal (?:cannulae?|specs|prongs)|oxygen concentrator|concentrator|venturi|high[ -]flow|face ?mask oxygen|cpap|bipap)(?!\w)",
        r"(?<!未)(?<!没)吸氧(?:中|下|状态|\d)?|鼻导管|面罩(?:给|吸)氧|给氧",
    ),
    "on_air": _any(
        r"(?<!\w)(?:on )?(?:room air|air\b(?=[\s,.;)]|$)|(?<=\d )ra\b|(?<=% )ra\b|(?<=%)ra\b|off (?:the )?oxygen|oxygen (?:taken |now |is |was )?(?:off|stopped|removed))(?! (?:condition|port|line|ambulance))",
        r"未吸氧|不吸氧|没吸氧|空气(?:下|吸入)?|室内空气",
    ),
}
