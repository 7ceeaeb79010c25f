"""The executive report in words: one line, or a paper for DOCX and PDF."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from incident import i18n
from incident.errors import N_
from incident.papers import Bullets, Heading, Paper, Paragraph, Table
from incident.reports.facts import Facts
from incident.vocabulary import Level


def summary(found: Facts, locale: str) -> str:
    """The report in one line."""
    return i18n.say(
        N_(
            "%(grave)s grave and %(other)s other incidents open, %(unanswered)s unanswered, "
            "%(clocks)s clocks at risk, %(tasks)s tasks late, %(silent)s departments not answering"
        ),
        locale,
        grave=found["open"]["1"] + found["open"]["2"],
        other=found["open"]["3"] + found["open"]["4"],
        unanswered=found["unanswered"],
        clocks=found["clocks_count"],
        tasks=found["tasks_count"],
        silent=found["silent_count"],
    )


def build(found: Facts, locale: str, zone: ZoneInfo) -> Paper:
    """The report on paper, in a language, its times in a zone."""

    def say(message: str, **values: Any) -> str:
        return i18n.say(message, locale, **values)

    def when(moment: str) -> str:
        return datetime.fromisoformat(moment).astimezone(zone).strftime("%m-%d %H:%M")

    def title(row: Facts) -> str:
        return str(row[i18n.short(locale)])

    at = datetime.fromisoformat(found["at"]).astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")
    made = Paper(say(N_("Executive report")), locale, [Paragraph(at, note=True)])
    made.blocks.append(Bullets([summary(found, locale)]))
    tables = (
        (
            say(N_("Grave incidents")),
            [say(N_("Number")), say(N_("Level")), say(N_("What")), say(N_("Step")), say(N_("Commander"))],
            [
                [
                    row["number"],
                    Level(row["level"]).numeral,
                    title(row),
                    i18n.words("stage", row["stage"], locale),
                    row["commander"] or "–",
                ]
                for row in found["grave"]
            ],
            None,
        ),
        (
            say(N_("Clocks at risk")),
            [say(N_("Number")), say(N_("Clock")), say(N_("Due"))],
            [[row["number"], title(row), when(row["due_at"])] for row in found["clocks"]],
            found["clocks_count"],
        ),
        (
            say(N_("Overdue tasks")),
            [say(N_("Number")), say(N_("Department")), say(N_("Task")), say(N_("Due"))],
            [
                [
                    row["number"],
                    i18n.words("department", row["department"], locale),
                    title(row),
                    when(row["due_at"]),
                ]
                for row in found["tasks"]
            ],
            found["tasks_count"],
        ),
        (
            say(N_("Departments not answering")),
            [say(N_("Number")), say(N_("Department")), say(N_("Called out"))],
            [
                [row["number"], i18n.words("department", row["department"], locale), when(row["called_at"])]
                for row in found["silent"]
            ],
            found["silent_count"],
        ),
    )
    for heading, head, rows, count in tables:
        made.blocks.append(Heading(heading))
        made.blocks.append(Table(head, rows) if rows else Paragraph(say(N_("None."))))
        if count is not None and count > len(rows):
            made.blocks.append(
                Paragraph(say(N_("… and %(count)s more."), count=count - len(rows)), note=True)
            )
    return made
