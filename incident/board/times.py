"""How pages write moments and spans: in the reader's zone and language, the remaining time first."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext

from incident import clock, errors
from incident.board import access
from incident.errors import N_, Reason

MINUTE, HOUR, DAY = 60, 3_600, 86_400  # seconds
SOON_SHARE = 0.75  # as the board's "at risk": a clock with this much of its time gone


def _(message: str, **values: object) -> str:
    return str(gettext(message, **values))


def zone() -> ZoneInfo:
    """The reader's time zone, or the organisation's."""
    person = access.me()
    own = person.timezone if person else None
    return ZoneInfo(own) if own else current_app.extensions["settings"].zone


def local(moment: datetime) -> datetime:
    """A moment in the reader's zone."""
    return moment.astimezone(zone())


def absolute(moment: datetime) -> str:
    """`2026-11-22 17:05 CST`: sorts, fits both languages, names its zone."""
    return local(moment).strftime("%Y-%m-%d %H:%M %Z")


def short(moment: datetime) -> str:
    """`17:05` today, `11-22 17:05` this year, `2025-11-22` before."""
    there, today = local(moment), local(clock.now())
    if there.date() == today.date():
        return there.strftime("%H:%M")
    return there.strftime("%m-%d %H:%M" if there.year == today.year else "%Y-%m-%d")


def span(length: timedelta) -> str:
    """A length in its two largest units: `2 h 14 min`; the script `times.js` says it the same way."""
    seconds = abs(int(length.total_seconds()))
    days, hours, minutes = seconds // DAY, seconds % DAY // HOUR, seconds % HOUR // MINUTE
    if days:
        return _("%(d)s d %(h)s h", d=days, h=hours)
    if hours:
        return _("%(h)s h %(m)s min", h=hours, m=minutes)
    return _("%(m)s min", m=minutes)


def span_of(minutes: int) -> str:
    """A length that is kept in minutes."""
    return span(timedelta(minutes=minutes))


def remaining(due: datetime) -> str:
    """`2 h 14 min left`, or `overdue by 5 min`."""
    left = due - clock.now()
    if left >= timedelta():
        return _("%(span)s left", span=span(left))
    return _("%(span)s overdue", span=span(left))


def ago(moment: datetime) -> str:
    """`14 min ago`, `3 h ago`, `2 d ago`; `just now` within a minute, also where clocks differ a little."""
    passed = clock.now() - moment
    if passed < timedelta(seconds=MINUTE):
        return _("just now")
    seconds = int(passed.total_seconds())
    if seconds >= DAY:
        return _("%(d)s d ago", d=seconds // DAY)
    if seconds >= HOUR:
        return _("%(h)s h ago", h=seconds // HOUR)
    return _("%(m)s min ago", m=seconds // MINUTE)


def urgency(due: datetime, started: datetime | None = None) -> str:
    """`over`, `soon` (three quarters of the time gone, or an hour left where no start is known) or `calm`."""
    now = clock.now()
    if due <= now:
        return "over"
    soon = started + (due - started) * SOON_SHARE if started else due - timedelta(seconds=HOUR)
    return "soon" if now >= soon else "calm"


def gone(started: datetime, due: datetime) -> int:
    """The per cent of a clock's time that has gone, 0 to 100."""
    whole = (due - started).total_seconds()
    if whole <= 0:
        return 100
    return max(0, min(100, int(100 * (clock.now() - started).total_seconds() / whole)))


def parsed(text: str) -> datetime:
    """A moment that was kept as ISO text, as briefings keep theirs."""
    return datetime.fromisoformat(text)


def field(moment: datetime) -> str:
    """A moment as a browser's date-and-time field has it, in the reader's zone."""
    return local(moment).strftime("%Y-%m-%dT%H:%M")


def asked(text: str, name: str) -> datetime | None:
    """What somebody put into such a field, in their zone; None for nothing. Raises Invalid."""
    if not text.strip():
        return None
    try:
        given = datetime.fromisoformat(text.strip())
    except ValueError as fault:
        unlike = N_("Write a date and time like 2026-11-22T17:05.")
        raise errors.Invalid(unlike, reasons=[Reason(unlike, loc=(name,))]) from fault
    return given if given.tzinfo else given.replace(tzinfo=zone())


def end_of_day(text: str, name: str) -> datetime | None:
    """The last moment of a day that somebody put into a date field, in their zone; None for nothing. Raises
    Invalid."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as fault:
        unlike = N_("Write a date like 2026-11-22.")
        raise errors.Invalid(unlike, reasons=[Reason(unlike, loc=(name,))]) from fault
    return datetime.combine(day, time(23, 59, 59), tzinfo=zone())


def spoken(value: object) -> object:
    """A moment that stands as ISO text among a sentence's values, as people write it; else unchanged."""
    if not isinstance(value, str) or len(value) < 16 or value[10] != "T":
        return value
    try:
        return absolute(datetime.fromisoformat(value))
    except ValueError:
        return value
