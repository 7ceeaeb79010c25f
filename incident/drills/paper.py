"""The after-action report in words, as a paper: page, PDF and DOCX are made of the same blocks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from incident import accounts, i18n
from incident.drills import washing
from incident.drills.report import Report
from incident.drills.seeing import Seen
from incident.errors import N_
from incident.models.drills import DrillRole
from incident.models.exercises import DrillResponse
from incident.papers import Block, Bullets, Heading, Paper, Paragraph, Table
from incident.playbooks.exercises import Inject

Say = Callable[..., str]


def build(report: Report, locale: str, zone: ZoneInfo) -> Paper:
    """The report in a language, its times in a zone; marked as a drill's."""

    def say(message: str, **values: object) -> str:
        return i18n.say(message, locale, **values)

    title = say(
        N_("【DRILL】After-action report %(number)s: %(plan)s"),
        number=report.incident.number,
        plan=report.drill.plan_key,
    )
    blocks: list[Block] = [
        Heading(say(N_("What was drilled"))),
        Table([say(N_("Item")), say(N_("Facts"))], _facts(report, locale, zone, say)),
        *_situation(report, locale),
        Heading(say(N_("Measures"))),
        Table([say(N_("Figure")), say(N_("Result"))], _measures(report, say)),
        Heading(say(N_("Objectives"))),
        _objectives(report, locale, say),
        Heading(say(N_("Injects"))),
        _injects(report, locale, zone, say),
        Heading(say(N_("Improvement plan"))),
        *_plan(report, locale, say),
        Heading(say(N_("Hot wash"))),
        *_washed(report, locale, say),
        Heading(say(N_("Conclusions"))),
        Paragraph(
            report.drill.conclusions or say(N_("None have been written yet.")),
            note=not report.drill.conclusions,
        ),
        Paragraph(say(N_("Numbers of drills never count among those of real incidents.")), note=True),
    ]
    return Paper(title, locale, blocks)


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else "–"


def _facts(report: Report, locale: str, zone: ZoneInfo, say: Say) -> list[list[str]]:
    drill, language = report.drill, i18n.short(locale)
    announced = say(N_("announced")) if drill.announced else say(N_("unannounced"))
    scenario = report.script.title[language] if report.script else say(N_("led freely"))
    rows = [
        [say(N_("Plan")), f"{i18n.words('type', drill.plan_key, locale)} · v{report.version.number}"],
        [say(N_("Kind of drill")), f"{i18n.words('drill_kind', drill.kind, locale)} · {announced}"],
        [say(N_("Scenario")), scenario],
        [say(N_("Time")), f"{_moment(drill.started_at, zone)} – {_moment(drill.ended_at, zone)}"],
    ]
    if drill.paused_seconds:
        rows.append([say(N_("Paused")), say(N_("%(minutes)s min"), minutes=round(drill.paused_seconds / 60))])
    for role in DrillRole:
        names = [each.name for each in report.people[role]]
        if names:
            rows.append([i18n.words("drill_role", role, locale), i18n.comma(locale).join(names)])
    return rows


def _situation(report: Report, locale: str) -> list[Block]:
    return [Paragraph(report.script.situation[locale])] if report.script else []


def _span(length: timedelta | None, say: Say) -> str:
    if length is None:
        return say(N_("not reached"))
    seconds = int(length.total_seconds())
    return say(N_("%(m)s min %(s)s s"), m=seconds // 60, s=seconds % 60)


def _share(share: tuple[int, int], say: Say) -> str:
    some, of = share
    if not of:
        return "–"
    return say(N_("%(some)s of %(of)s (%(percent)s %%)"), some=some, of=of, percent=round(100 * some / of))


def _measures(report: Report, say: Say) -> list[list[str]]:
    found = report.measured
    return [
        [say(N_("Time to acknowledge")), _span(found.acknowledged, say)],
        [
            say(N_("Time to assemble: every department with a player has accepted")),
            f"{_span(found.assembled, say)} · {_share(found.departments, say)}",
        ],
        [say(N_("Time to first contact with the customer")), _span(found.contacted, say)],
        [say(N_("Injects answered in time")), _share(found.in_time, say)],
        [say(N_("Participation")), _share(found.took_part, say)],
        [say(N_("Compulsory steps of the plan done")), _share(found.checklist, say)],
        [say(N_("Points got")), _share((found.score.got, found.score.most), say)],
    ]


def _objectives(report: Report, locale: str, say: Say) -> Block:
    rows = []
    for each in report.rated:
        given = each.rating
        got, most = report.points.get(each.key, (0, 0))
        rated = i18n.words("drill_rating", given.rating, locale) if given else say(N_("not rated"))
        rows.append([each.goal[locale], rated, f"{got}/{most}" if most else "–", given.note if given else ""])
    head = [say(N_("Objective")), say(N_("Rating")), say(N_("Points")), say(N_("Note"))]
    return Table(head, rows) if rows else Paragraph(say(N_("No objective was set.")), note=True)


def _injects(report: Report, locale: str, zone: ZoneInfo, say: Say) -> Block:
    rows = [_inject(each, locale, zone) for each in report.injects]
    head = [say(N_(each)) for each in HEAD]
    return Table(head, rows) if rows else Paragraph(say(N_("There was none.")), note=True)


HEAD = (
    N_("No."),
    N_("Delivered"),
    N_("What happened"),
    N_("Expected"),
    N_("Answers given"),
    N_("Result"),
    N_("Points"),
    N_("Note"),
)


def _inject(each: Seen, locale: str, zone: ZoneInfo) -> list[str]:
    row, inject = each.row, each.inject
    at = row.delivered_at.astimezone(zone).strftime("%H:%M:%S") if row.delivered_at else "–"
    points = row.score if row.score is not None else row.points
    return [
        str(row.number),
        at,
        inject.text[locale],
        inject.expected[locale],
        "\n".join(_answer(answer, inject, locale, zone) for answer in each.answers) or "–",
        i18n.words("inject_result", each.result, locale),
        f"{points if points is not None else '–'}/{inject.points}",
        row.note or "",
    ]


def _answer(answer: DrillResponse, inject: Inject, locale: str, zone: ZoneInfo) -> str:
    at = answer.at.astimezone(zone).strftime("%H:%M:%S")
    chosen = inject.choices[answer.choice][locale] if answer.choice is not None else ""
    done = "" if chosen or answer.words else i18n.words("response_via", answer.via, locale)
    said = " ".join(part for part in (chosen, answer.words, done) if part)
    return f"{at} {accounts.display(answer.by)}: {said}"


def _plan(report: Report, locale: str, say: Say) -> list[Block]:
    if not report.plan:
        return [Paragraph(say(N_("The record gives no finding; see the hot wash.")))]
    rows = [
        [
            i18n.say(each.finding, locale),
            i18n.say(each.measure, locale),
            i18n.words("improvement_kind", each.kind, locale),
            " ".join(i18n.words("department", code, locale) for code in each.departments),
            each.due_on.isoformat(),
        ]
        for each in report.plan
    ]
    head = [
        say(N_("What was found")),
        say(N_("Measure to take")),
        say(N_("Kind")),
        say(N_("Department")),
        say(N_("Due")),
    ]
    return [Table(head, rows)]


def _washed(report: Report, locale: str, say: Say) -> list[Block]:
    washed = report.washed
    if not washed.count:
        return [Paragraph(say(N_("Nobody has answered yet.")), note=True)]
    rows = [
        [say(question), f"{washed.scales[key]}" if washed.scales[key] is not None else "–"]
        for key, question in washing.SCALES.items()
    ]
    blocks: list[Block] = [
        Paragraph(say(N_("%(count)s people answered."), count=washed.count)),
        Table([say(N_("Statement")), say(N_("Mean, from 1 to 5"))], rows),
    ]
    for key, question in washing.WORDS.items():
        if washed.words[key]:
            unnamed = say(N_("anonymous"))
            blocks += [
                Paragraph(say(question)),
                Bullets([f"{text} ({name or unnamed})" for name, text in washed.words[key]]),
            ]
    return blocks
