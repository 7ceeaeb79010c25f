"""Moments as people write them, in Chinese and English: `2小时后`, `明天9点`, `in 2 hours`, `tomorrow 9:00`.

A moment without a date is the next time the clock shows it; a date without a time is nine in the morning.
"""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = time(9, 0)
LONGEST = 60  # characters: whatever is longer is a sentence
FURTHEST = timedelta(days=366)  # whoever writes something later has most likely mistyped it
_DIGITS = {**dict(zip("零一二三四五六七八九", range(10), strict=True)), "两": 2, "〇": 0}
_UNITS = {
    "minute": ("m", "min", "mins", "minute", "minutes", "分钟", "分"),
    "hour": ("h", "hr", "hrs", "hour", "hours", "个小时", "小时", "个钟头", "钟头", "时"),
    "day": ("d", "day", "days", "天", "日"),
    "week": ("w", "week", "weeks", "个星期", "星期", "周", "个礼拜", "礼拜"),
}
_LENGTHS = {word: timedelta(**{f"{unit}s": 1}) for unit, words in _UNITS.items() for word in words}
_UNIT = "|".join(sorted(_LENGTHS, key=len, reverse=True))
_NUMBER = r"\d{1,4}(?:\.\d{1,2})?"
_SPAN = re.compile(rf"(?:({_NUMBER})|(半)|(half an?|an?))\s*({_UNIT})(半)?(?![a-z])")
_DAYS = {
    "today": 0, "今天": 0, "今日": 0, "tonight": 0, "今晚": 0, "今早": 0, "今夜": 0,
    "tomorrow": 1, "tmr": 1, "明天": 1, "明日": 1, "明早": 1, "明晚": 1,
    "day after tomorrow": 2, "后天": 2, "后日": 2, "大后天": 3,
}  # fmt: skip
_WEEKDAYS = {
    **{name: n for n, names in enumerate(
        ("monday mon", "tuesday tue tues", "wednesday wed", "thursday thu thur thurs", "friday fri",
         "saturday sat", "sunday sun")) for name in names.split()},
    **{f"{word}{sign}": n for word in ("周", "星期", "礼拜") for n, sign in enumerate("一二三四五六日")},
    **{f"{word}天": 6 for word in ("周", "星期", "礼拜")},
}  # fmt: skip
_AFTERNOON = ("下午", "傍晚", "晚上", "今晚", "明晚", "夜里", "tonight", "pm", "p.m.")
_DAY_WORD = re.compile("|".join(sorted(map(re.escape, _DAYS), key=len, reverse=True)))
_WEEKDAY = re.compile(
    r"(next\s+|this\s+|下个?|这个?|本)?(" + "|".join(sorted(_WEEKDAYS, key=len, reverse=True)) + r")(?![a-z])"
)
_DATE = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/月](\d{1,2})(?:[日号]|(?!\d))")
_CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})(?:\s*(?::|点|时)\s*(?:(\d{1,2})分?|(半)|(一刻)|(三刻))?|(?=\s*(?:am|pm|a\.m\.|p\.m\.)))"
)
_BARE = re.compile(r"\bat\s+(\d{1,2})\b(?!\s*[:/-])")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}t\d{2}:\d{2}(?::\d{2})?(?:z|[+-]\d{2}:?\d{2})?")
# Chinese numbers before what they count, but not the numbers of days of the week
_NUMERAL = re.compile(
    r"(?<![周期拜第])([一二三四五六七八九两]?十[一二三四五六七八九]?|[零一二三四五六七八九两])(?=[点个小天分周时月日号星礼钟])"
)
_MINUTES = re.compile(r"(?<=[点时])([一二三四五]?十[一二三四五六七八九]?)(?=分|$)")


def read(text: str, *, at: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment that a text names and nothing besides; None for anything else, and for one that is more than
    a year away."""
    if len(text) > LONGEST:
        return None
    plain = _plain(text)
    try:
        found = _iso(plain, zone) or _span(plain, at) or _date_and_time(plain, at.astimezone(zone))
        within = found is not None and abs(found - at) <= FURTHEST
    except (ValueError, OverflowError):
        return None
    return found if within else None


def _plain(text: str) -> str:
    """Lower case, half-width, with Chinese numbers as digits."""
    plain = unicodedata.normalize("NFKC", text).casefold().strip().strip("。.,，").replace("周天", "周日")
    plain = _NUMERAL.sub(lambda found: str(_numeral(found[1])), plain)
    return _MINUTES.sub(lambda found: str(_numeral(found[1])), plain)


def _numeral(text: str) -> int:
    tens, ten, ones = text.partition("十")
    if not ten:
        return _DIGITS[text]
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def _iso(text: str, zone: ZoneInfo) -> datetime | None:
    if not _ISO.fullmatch(text):
        return None
    found = datetime.fromisoformat(text.upper())
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _span(text: str, at: datetime) -> datetime | None:
    """`2h`, `1h30m`, `in half an hour`, `2小时后`, `一个半小时后`: from now on."""
    bare = re.sub(r"^(in|after|过)\s*|\s*(later|from now|之后|以后|后|内)$", "", text).strip()
    bare = re.sub(r"(\d+)个半(小时|钟头)", r"\1.5\2", bare)
    length, rest = timedelta(), bare
    while found := _SPAN.match(rest):
        many = (
            float(found[1]) if found[1] else 0.5 if found[2] or (found[3] or "").startswith("half") else 1.0
        )
        length += _LENGTHS[found[4]] * (many + (0.5 if found[5] else 0))
        rest = re.sub(r"^(\s|and\b|,|又|零)+", "", rest[found.end() :])
    return at + length if length and not rest else None


def _date_and_time(text: str, now: datetime) -> datetime | None:
    day, rest = _day(text, now)
    clock, rest = _clock(rest, text)
    if re.sub(r"\b(at|on)\b|[\s,的早上中下午晚傍凌晨夜里点钟前]|a\.?m\.?|p\.?m\.?", "", rest):
        return None
    if day is None and clock is None:
        return None
    if day is None:
        there = datetime.combine(now.date(), clock or MORNING, tzinfo=now.tzinfo)
        return there if there > now else there + timedelta(days=1)
    return datetime.combine(day, clock or _usual(text), tzinfo=now.tzinfo)


def _usual(text: str) -> time:
    """The hour of a day that is named without one."""
    if any(word in text for word in ("晚", "夜", "tonight")):
        return time(20, 0)
    return time(14, 0) if "下午" in text else MORNING


def _day(text: str, now: datetime) -> tuple[date | None, str]:
    today = now.date()
    if found := _DAY_WORD.search(text):
        return today + timedelta(days=_DAYS[found[0]]), _without(text, found)
    if found := _WEEKDAY.search(text):
        ahead = (_WEEKDAYS[found[2]] - today.weekday()) % 7
        if (found[1] or "").startswith(("next", "下")):
            ahead = _WEEKDAYS[found[2]] - today.weekday() + 7
        elif not ahead and not found[1]:
            ahead = 7 if _clock(_without(text, found), text)[0] is None else 0
        return today + timedelta(days=ahead), _without(text, found)
    if found := _DATE.search(text):
        year = int(found[1] or today.year)
        day = date(year, int(found[2]), int(found[3]))
        past = not found[1] and day < today
        return (day.replace(year=year + 1) if past else day), _without(text, found)
    return None, text


def _clock(rest: str, whole: str) -> tuple[time | None, str]:
    for noon in ("中午", "noon"):
        if noon in rest and not _CLOCK.search(rest):
            return time(12, 0), rest.replace(noon, "")
    found = _CLOCK.search(rest) or _BARE.search(rest)
    if not found:
        return None, rest
    more = found.groups()[1:]
    minute = int(more[0]) if more and more[0] else 0
    minute = next((m for m, said in zip((30, 15, 45), more[1:], strict=False) if said), minute)
    hour = int(found[1])
    if hour < 12 and any(word in whole for word in _AFTERNOON):
        hour += 12
    if hour == 12 and re.search(r"a\.?m\b", whole):
        hour = 0
    return time(hour, minute), _without(rest, found)


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"
