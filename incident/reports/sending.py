"""When the executive report is sent, and to whom: 08:30 and 18:00 on working days, each slot once."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from incident import papers
from incident.alerting import outbox
from incident.calendars import WorkingCalendar
from incident.db import db, unit_of_work
from incident.models.people import Person
from incident.models.updates import ExecutiveReport
from incident.permissions import Role
from incident.reports import facts, paper
from incident.reports.facts import Facts

SLOTS = (time(8, 30), time(18, 0))  # in the house's zone, on working days
LATEST = timedelta(hours=3)  # a report missed by more is of no use; the next one tells the same


def slot(at: datetime, calendar: WorkingCalendar) -> datetime | None:
    """The report that is due now: the last slot of a working day, no longer ago than LATEST."""
    local = at.astimezone(calendar.zone)
    if not calendar.is_working(local.date()):
        return None
    moments = [datetime.combine(local.date(), each, tzinfo=calendar.zone) for each in SLOTS]
    past = [each for each in moments if each <= at and at - each <= LATEST]
    return max(past, default=None)


def send_due(*, at: datetime, calendar: WorkingCalendar, url: str, mailed: bool) -> int:
    """Make and send the report of the present slot, once; returns how many were sent.

    `url` is the service's address; `mailed` says that there are addresses to mail it to.
    """
    due = slot(at, calendar)
    if due is None or db.session.get(ExecutiveReport, due) is not None:
        return 0
    try:
        with unit_of_work() as session:
            found = facts.gather(at=at)
            session.add(ExecutiveReport(slot=due, at=at, facts=found))
            session.flush()
            _tell(due, found, at=at)
            if mailed:
                _mail(due, found, calendar.zone, url, at=at)
    except IntegrityError:
        return 0  # another scheduler was a moment faster
    return 1


def _tell(due: datetime, found: Facts, *, at: datetime) -> None:
    for person in recipients():
        outbox.enqueue(
            None,
            "remind",
            at=at,
            key=f"report-{due:%Y%m%d%H%M}-{person.id}",
            person_id=person.id,
            about="report",
            due_at=due.isoformat(),
            summary={"zh": paper.summary(found, "zh_CN"), "en": paper.summary(found, "en")},
        )


def _mail(due: datetime, found: Facts, zone: ZoneInfo, url: str, *, at: datetime) -> None:
    """Who reads the mail is not known: both languages, one below the other."""
    made = [paper.build(found, locale, zone) for locale in ("zh_CN", "en")]
    title = f"{' / '.join(each.title for each in made)} {due:%Y-%m-%d %H:%M}"
    body = "\n\n".join([*(papers.as_text(each) for each in made), f"{url}/report"])
    outbox.enqueue(None, "report", at=at, key=f"report-{due:%Y%m%d%H%M}", title=title, body=body)


def recipients() -> list[Person]:
    """Who gets the report in Slack: managers and heads of the emergency group with a Slack account."""
    return list(
        db.session.scalars(
            select(Person)
            .where(
                Person.active,
                Person.slack_id.is_not(None),
                (Person.role == Role.MANAGER) | Person.group_head,
            )
            .order_by(Person.id)
        )
    )


def sent(*, newest: int = 20) -> list[ExecutiveReport]:
    """The reports that were sent, the newest first."""
    rows = select(ExecutiveReport).order_by(ExecutiveReport.slot.desc()).limit(newest)
    return list(db.session.scalars(rows))
