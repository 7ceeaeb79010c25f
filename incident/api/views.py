"""Domain objects as JSON, written by hand: the shapes are described in `answered`."""

from collections.abc import Iterable

from sqlalchemy import select

from incident import customers, i18n, timeline
from incident.alerting import outbox
from incident.api import lines, lines_clocks, lines_groups, task_lines
from incident.api.plain import Json, by, moment, money
from incident.coordination import departments, holds, roles, tasks
from incident.db import db, remembered
from incident.models.complaints import CUSTOMER_FIELDS, Complaint
from incident.models.incidents import Clock, Incident
from incident.models.people import Person
from incident.models.records import TimelineEvent

ACCOUNT_FIELDS = ("days_overdue", "amount_overdue", "currency", "segment")
NEWEST = 50  # events that the full incident holds
MOST = 200  # complaints that it holds; a group has thousands

People = dict[int, Json]  # each in short, by id


def person(row: Person) -> Json:
    """A person in short."""
    return {"id": row.id, "name": row.name, "department": row.department_code}


def someone(known: People, id_: int | None) -> Json | None:
    """A person in short, or nobody."""
    return known.get(id_) if id_ is not None else None


def people(ids: Iterable[int | None]) -> People:
    """The people with some ids in short, in one query; a single one is remembered for two seconds, since
    every complaint that opens an incident asks for its commander."""
    wanted = {id_ for id_ in ids if id_ is not None}
    if len(wanted) == 1:
        only = wanted.pop()
        return remembered(f"api/people/{only}", lambda: _people({only}))
    return _people(wanted) if wanted else {}


def _people(wanted: set[int]) -> People:
    return {row.id: person(row) for row in db.session.scalars(select(Person).where(Person.id.in_(wanted)))}


def numbers(ids: Iterable[int | None]) -> dict[int | None, str]:
    """The numbers of incidents by id, in one query."""
    wanted = {id_ for id_ in ids if id_ is not None}
    if not wanted:
        return {}
    rows = db.session.execute(select(Incident.id, Incident.number).where(Incident.id.in_(wanted)))
    return {id_: number for id_, number in rows}


def complaint(row: Complaint, number: str | None) -> Json:
    """A complaint, masked; `number` is its incident's."""
    masked = row.masked()
    return {
        "id": row.id,
        "source": row.source,
        "source_ref": row.source_ref,
        "received_at": moment(row.received_at),
        "recorded_at": moment(row.recorded_at),
        "recorded_by": by(row.recorded_by),
        "channel": row.channel,
        "complaint_type": row.complaint_type,
        "type_proposed": row.type_proposed,
        "product": row.product,
        "summary": masked.get("summary"),
        "narrative": masked.get("narrative"),
        "demand": masked.get("demand"),
        "customer": {name: masked["customer"].get(name) for name in CUSTOMER_FIELDS},
        "account": {name: row.account.get(name) for name in ACCOUNT_FIELDS},
        "affected_customers": row.affected_customers,
        "potential_loss": money(row.potential_loss),
        "agency": row.agency,
        "region": row.region,
        "signals": row.signals,
        "repeat": row.repeat,
        "customer_file": customers.written(row.person_key) if row.person_key is not None else None,
        "due_at": moment(row.due_at),
        "escalated": row.escalated,
        "escalation_reason": masked.get("escalation_reason"),
        "escalated_by": row.escalated_by,
        "level": row.level,
        "triage": row.triage,
        "incident": number,
    }


def summary(row: Incident, who: People, url: str) -> Json:
    """An incident in short; `who` holds the commander and whoever acknowledged."""
    return {
        "number": row.number,
        "drill": row.drill,
        "level": int(row.level),
        "status": str(row.status),
        "stage": str(row.stage),
        "complaint_type": row.complaint_type,
        "type_proposed": row.type_proposed,
        "title": {"zh": row.title_zh, "en": row.title_en},
        "plan": {"key": row.plan_key, "version": row.plan_number},
        "sensitive": row.sensitive,
        "affected_customers": row.affected_customers,
        "opened_at": moment(row.opened_at),
        "opened_by": by(row.opened_by),
        "acknowledged_at": moment(row.acknowledged_at),
        "acknowledged_by": someone(who, row.acknowledged_by_id),
        "resolved_at": moment(row.resolved_at),
        "closed_at": moment(row.closed_at),
        "last_activity_at": moment(row.last_activity_at),
        "next_clock_at": moment(row.next_clock_at),
        "update_due_at": moment(row.update_due_at),
        "commander": someone(who, row.commander_id),
        "url": f"{url}/incidents/{row.number}",
    }


def summaries(rows: list[Incident], url: str) -> dict[int, Json]:
    """Many in short, by id, with one query for the people."""
    who = people(id_ for row in rows for id_ in (row.commander_id, row.acknowledged_by_id))
    return {row.id: summary(row, who, url) for row in rows}


def event(row: TimelineEvent) -> Json:
    """An event with its sentence in both languages."""
    sentence = timeline.sentence(row)
    return {
        "id": row.id,
        "at": moment(row.at),
        "kind": row.kind,
        "by": by(row.actor),
        "sentence": {"zh": i18n.say(sentence, "zh_CN"), "en": i18n.say(sentence, "en")},
        "data": row.data,
    }


def incident(row: Incident, url: str) -> Json:
    """An incident with everything that belongs to it."""
    holders = roles.of(row.id)
    called = departments.lines(row.id)
    steps = tasks.of(row.id)
    who = people(
        [
            row.commander_id,
            row.acknowledged_by_id,
            *(each.person_id for each in holders),
            *(id_ for each in called for id_ in (each.lead_id, each.accepted_by_id, each.signed_off_by_id)),
            *task_lines.people_of(steps),
        ]
    )
    clocks = db.session.scalars(
        select(Clock).where(Clock.incident_id == row.id).order_by(Clock.due_at, Clock.id)
    )
    complaints = db.session.scalars(
        select(Complaint).where(Complaint.incident_id == row.id).order_by(Complaint.id).limit(MOST)
    )
    return {
        **summary(row, who, url),
        **lines_groups.joined(row),
        "level_reasons": row.level_reasons,
        "roles": [lines.role(each, someone(who, each.person_id)) for each in holders],
        "departments": [lines.department(each, who) for each in called],
        "tasks": task_lines.of(row, steps, who),
        "clocks": [lines_clocks.clock(each, row.number) for each in clocks],
        "complaints": [lines.complaint_ref(each) for each in complaints],
        "contact_hold": holds.strictest(holds.of(row.id)),
        "timeline": [event(each) for each in timeline.of(row.id, newest=NEWEST)],
        "deliveries": [lines.delivery(each) for each in outbox.of(row.id)],
    }
