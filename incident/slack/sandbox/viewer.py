"""The eyes of one reader: language, clock and the names of people and channels they may know."""

import dataclasses
import datetime
import sqlite3
import zoneinfo

from incident.slack.sandbox import identity, words

_ZH_DAYS = "一二三四五六日"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Viewer:
    """A reader: `id` their member id, `handles` what people type after @, `language` "en" or "zh", `tz`
    their time zone."""

    id: str
    language: str
    tz: zoneinfo.ZoneInfo
    people: dict[str, str]
    handles: dict[str, str]
    channels: dict[str, str]
    say: words.Say

    def moment(self, at: int) -> datetime.datetime:
        """Microseconds since 1970 on the reader's clock."""
        return datetime.datetime.fromtimestamp(at / 1e6, self.tz)

    def clock(self, moment: datetime.datetime, *, seconds: bool = False) -> str:
        """The time of day as the reader writes it: 06:39 or 6:39 AM."""
        if self.language == "zh":
            return moment.strftime("%H:%M:%S" if seconds else "%H:%M")
        return moment.strftime("%I:%M:%S %p" if seconds else "%I:%M %p").removeprefix("0")

    def date(self, moment: datetime.datetime, *, style: str = "date") -> str:
        """A date in one of Slack's styles: date, date_short, date_long, date_num, each also with
        `_pretty`."""
        if style.endswith("_pretty") and (near := self._near(moment)):
            return near
        style = style.removesuffix("_pretty")
        if style == "date_num":
            return moment.strftime("%Y-%m-%d")
        if self.language == "zh":
            day = f"{moment.year}年{moment.month}月{moment.day}日"
            return day + (f" 星期{_ZH_DAYS[moment.weekday()]}" if style == "date_long" else "")
        pattern = {"date_short": "%b {}, %Y", "date_long": "%A, %B {}, %Y"}.get(style, "%B {}, %Y")
        return moment.strftime(pattern).format(_ordinal(moment.day))

    def _near(self, moment: datetime.datetime) -> str:
        today = datetime.datetime.now(self.tz).date()
        word = {0: "today", -1: "yesterday", 1: "tomorrow"}.get((moment.date() - today).days)
        return self.say(word) if word else ""


def look(db: sqlite3.Connection, person: sqlite3.Row, *, language: str | None) -> Viewer:
    """A member's view; `language` overrides their locale."""
    spoken = language if language in words.LANGUAGES else words.language_of(person["locale"])
    channels = db.execute(
        "SELECT id, name FROM channels WHERE name IS NOT NULL AND (kind = 'public' OR id IN"
        " (SELECT channel FROM members WHERE person = ?))",
        (person["id"],),
    )
    everyone = db.execute("SELECT id, real_name, name FROM people").fetchall()
    people = {row["id"]: row["real_name"] for row in everyone}
    return Viewer(
        id=person["id"],
        language=spoken,
        tz=zoneinfo.ZoneInfo(person["tz"]),
        people={**people, identity.SLACKBOT: "Slackbot"},
        handles={row["id"]: row["name"] for row in everyone},
        channels={row["id"]: row["name"] for row in channels},
        say=words.speaker(spoken),
    )


def utc_clock(at: int) -> str:
    """The time of day of microseconds since 1970, in UTC, to the tenth of a second."""
    return datetime.datetime.fromtimestamp(at / 1e6, datetime.UTC).strftime("%H:%M:%S.%f")[:-5]


def hue(person: str) -> int:
    """Which of the six colours of pictures is a person's."""
    return sum(person.encode()) % 6


def _ordinal(day: int) -> str:
    suffix = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{suffix}"
