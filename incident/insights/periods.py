"""The span that numbers are asked for, and how it is cut: by time, or by what incidents have in common."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from incident import errors, i18n
from incident.errors import N_, Reason
from incident.vocabulary import Level

Group = Literal["week", "month", "level", "type", "channel", "agency", "region"]
GROUPS: tuple[Group, ...] = get_args(Group)
USUAL = timedelta(days=91)  # thirteen weeks
LONGEST = timedelta(days=1_100)  # three years


@dataclass(frozen=True)
class Span:
    """From a moment up to another, in a zone that its weeks and months follow."""

    start: datetime
    end: datetime
    zone: ZoneInfo

    def key(self, moment: datetime, group: str) -> str:
        """The week (`2026-W45`) or month (`2026-11`) of a moment."""
        day = moment.astimezone(self.zone).date()
        if group == "week":
            year, week, _day = day.isocalendar()
            return f"{year}-W{week:02d}"
        return f"{day:%Y-%m}"

    def keys(self, group: str) -> list[str]:
        """Every week or month of the span, also those in which nothing happened."""
        day, last = self.start.astimezone(self.zone).date(), self.end.astimezone(self.zone).date()
        found: dict[str, None] = {}
        while day <= last:
            found[self.key(datetime.combine(day, time(12), tzinfo=self.zone), group)] = None
            day += timedelta(days=1)
        return list(found)


def span(start: datetime | None, end: datetime | None, *, at: datetime, zone: ZoneInfo) -> Span:
    """The span that was asked for, by default the last thirteen weeks; raises Invalid."""
    until = end or at
    since = start or _morning(until - USUAL, zone)
    if not timedelta() < until - since <= LONGEST:
        said = N_("Ask for a span of up to three years whose beginning comes first.")
        raise errors.Invalid(said, reasons=[Reason(said, loc=("from",))])
    return Span(since, until, zone)


def _morning(moment: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(moment.astimezone(zone).date(), time(0), tzinfo=zone)


def label(key: str, group: str) -> dict[str, str]:
    """A group's name in both languages; weeks, months, agencies and regions are named by themselves."""
    kind = {"type": "type", "channel": "channel"}.get(group)
    if group == "level":
        numeral = Level(int(key)).numeral
        return {
            i18n.short(locale): f"{numeral} {i18n.words('level', key, locale)}" for locale in i18n.LOCALES
        }
    if kind:
        return {i18n.short(locale): i18n.words(kind, key, locale) for locale in i18n.LOCALES}
    if not key:
        return {i18n.short(locale): i18n.say(N_("not said"), locale) for locale in i18n.LOCALES}
    return {"zh": key, "en": key}


def first_day(key: str) -> date:
    """The day that a week or month begins with, for an axis."""
    if "W" in key:
        return date.fromisocalendar(int(key[:4]), int(key[6:]), 1)
    return date(int(key[:4]), int(key[5:7]), 1)
