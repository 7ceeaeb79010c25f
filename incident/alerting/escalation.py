"""The ladder: who is alerted, and who next when nobody acknowledges, until somebody does or it ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from incident import accounts, calendars, duty, errors, recusal, timeline
from incident.alerting import outbox
from incident.calendars import WorkingCalendar
from incident.db import db, unit_of_work
from incident.levels import LevelRule
from incident.models.alerts import Delivery
from incident.models.incidents import Incident, IncidentDepartment
from incident.models.people import Person
from incident.playbooks import library
from incident.playbooks.schema import Plan
from incident.vocabulary import IncidentRole, Status

SWEEP_LIMIT = 200  # incidents one sweep moves on; the next sweep is a second later
TOP = 3  # the last rung, counted from 0: everybody
ACTOR = accounts.system("escalation")


@dataclass(frozen=True)
class Group:
    """The people an alert can reach, from the duty roster (or, in a drill, its participants)."""

    commander: list[Person]
    responsible: list[Person]
    heads: list[Person]
    everyone: list[Person]

    def without(self, gone: Iterable[Person]) -> "Group":
        """The group without those who must stand aside: nobody alerts whoever the complaint is about."""
        ids = {each.id for each in gone}
        lists = (self.commander, self.responsible, self.heads, self.everyone)
        return Group(*([each for each in people if each.id not in ids] for people in lists))


def rungs(group: Group) -> list[list[Person]]:
    """Whom each rung alerts (facts §3.2): who is on duty, the backup, the heads, then everybody."""
    first = group.commander[:1] or group.responsible[:1] or group.heads[:1]
    backups = [*group.commander[1:], *group.responsible]
    ladder = [first, _new(backups, first)[:2], _new(group.heads, [*first, *backups[:2]]), group.everyone]
    return [each_once(people) for people in ladder]


def _new(people: Iterable[Person], known: Iterable[Person]) -> list[Person]:
    seen = {person.id for person in known}
    return [person for person in each_once(people) if person.id not in seen]


def each_once(people: Iterable[Person]) -> list[Person]:
    """People without repeats, by id: one person may come as several copies."""
    return list({person.id: person for person in people}.values())


def live_group(
    commander_department: str, responsible: list[str], called: list[str], *, at: datetime, zone: ZoneInfo
) -> Group:
    """The group of a live incident."""
    codes = list(dict.fromkeys([commander_department, *responsible, *called]))
    found = duty.roster(codes, at=at, zone=zone)
    heads = duty.heads([commander_department, *responsible])
    chiefs = duty.group_heads()
    return Group(
        commander=found[commander_department].people,
        responsible=[person for code in responsible for person in found[code].people],
        heads=[*(heads[code] for code in [commander_department, *responsible] if code in heads), *chiefs],
        everyone=[*(person for code in codes for person in found[code].people), *chiefs],
    )


def drill_group(participants: list[Person]) -> Group:
    """The group of a drill: its participants and nobody else."""
    return Group(participants[:1], participants[1:3], participants[3:], participants)


def page_rows(
    incident_id: int, rung: int, people: Iterable[Person], *, at: datetime, level: int = 0
) -> list[dict[str, Any]]:
    """Alerts for one rung, one for each person; of a graver `level` sooner."""
    return [
        outbox.row(
            incident_id,
            "page",
            at=at,
            key=f"{rung}:{person.id}",
            urgency=level,
            person_id=person.id,
            rung=rung,
        )
        for person in people
    ]


def next_rung_at(rule: LevelRule, rung: int, start: datetime, calendar: WorkingCalendar) -> datetime | None:
    """When the rung after `rung` is due; None at the top. Levels that keep working time wait for it.

    A level that names fewer waits than there are rungs repeats its last: the ladder always ends at the top.
    """
    if rung >= TOP:
        return None
    wait = rule.escalate_after[min(rung, len(rule.escalate_after) - 1)].timedelta
    return calendar.add_working_time(start, wait) if rule.working_hours_only else start + wait


def alert_raised(incident: Incident, *, at: datetime, zone: ZoneInfo) -> list[Person]:
    """A graver level is commanded from higher up (facts §3.2): tell whoever is on duty there at once, also
    when somebody below has answered already. Returns the people who are alerted."""
    first = rungs(group_of(incident, at=at, zone=zone))[0]
    here = {incident.commander_id, incident.acknowledged_by_id}
    people = [person for person in _unpaged(incident.id, first) if person.id not in here]
    rows = page_rows(incident.id, incident.rung, people, at=at, level=incident.level)
    for row in rows:
        row["payload"] = {**row["payload"], "raised": int(incident.level)}
        row["key"] += f":raised-{int(incident.level)}"
    outbox.enqueue_rows(rows)
    if people:
        names = "、".join(person.name for person in people)
        timeline.record(
            incident.id, "raised_to", by=ACTOR.label, at=at, people=names, level=incident.level.numeral
        )
    return people


def sweep(*, at: datetime, zone: ZoneInfo, rule_set: str) -> int:
    """Move every unanswered incident whose time has come one rung up; returns how many.

    Each is one unit of work, compare-and-set on the incident: safe to run twice and in two processes. Raises
    an ExceptionGroup of what kept some from climbing, after every other has climbed.
    """
    due = list(
        db.session.scalars(
            select(Incident.id)
            .where(Incident.escalate_at <= at)
            .order_by(Incident.escalate_at)
            .limit(SWEEP_LIMIT)
        )
    )
    climbed, faults = 0, []
    for incident_id in due:
        try:
            climbed += _climb(incident_id, at=at, zone=zone, rule_set=rule_set)
        except (SQLAlchemyError, errors.DomainError, LookupError, ValueError) as fault:
            faults.append(fault)  # one that cannot climb must not keep the others silent
    if faults:
        raise ExceptionGroup(f"{len(faults)} incidents could not climb", faults)
    return climbed


def _climb(incident_id: int, *, at: datetime, zone: ZoneInfo, rule_set: str) -> int:
    with unit_of_work() as session:
        incident = session.get_one(Incident, incident_id, with_for_update=True, populate_existing=True)
        if incident.escalate_at is None or incident.escalate_at > at:
            return 0
        if incident.status != Status.OPEN or incident.acknowledged_at is not None:
            incident.escalate_at = None
            return 0
        rung = incident.rung + 1
        ladder = rungs(group_of(incident, at=at, zone=zone))
        top = rung >= TOP
        # with the rungs below: after a change of guard or of level somebody new may stand there
        below = each_once(person for step in ladder[: rung + 1] for person in step)
        people = ladder[TOP] if top else _unpaged(incident_id, below)
        outbox.enqueue_rows(page_rows(incident_id, rung, people, at=at, level=incident.level))
        _note(incident, rung, people, top=top, at=at)
        rule = library.the_levels()[incident.level]
        calendar = calendars.load(rule_set, str(zone))
        incident.rung = rung
        # an empty rung alerts nobody, so the next one follows at once
        waits = next_rung_at(rule, rung, at, calendar) if people else at
        incident.escalate_at = None if top else waits
        outbox.enqueue(incident_id, "update_card", at=at)
        return 1


def _unpaged(incident_id: int, people: list[Person]) -> list[Person]:
    paged = db.session.scalars(
        select(Delivery.payload).where(Delivery.incident_id == incident_id, Delivery.step == "page")
    )
    known = {payload["person_id"] for payload in paged}
    return [person for person in people if person.id not in known]


def _note(incident: Incident, rung: int, people: list[Person], *, top: bool, at: datetime) -> None:
    if people:
        names = "、".join(person.name for person in people)
        timeline.record(incident.id, "paged", by=ACTOR.label, at=at, people=names, rung=rung + 1)
    if top:
        timeline.record(incident.id, "ladder_ended", by=ACTOR.label, at=at)


def upcoming() -> list[dict[str, Any]]:
    """The next rungs that will be climbed if nobody answers: {at, what, subject, href}."""
    rows = db.session.execute(
        select(Incident.escalate_at, Incident.number, Incident.rung)
        .where(Incident.escalate_at.is_not(None))
        .order_by(Incident.escalate_at)
        .limit(SWEEP_LIMIT)
    )
    return [
        {"at": due, "what": "escalation", "subject": number, "href": f"/incidents/{number}", "rung": rung + 2}
        for due, number, rung in rows
    ]


def group_of(incident: Incident, *, at: datetime, zone: ZoneInfo) -> Group:
    """Whom this incident's alerts reach: the roster, or a drill's participants, but for who stands aside."""
    found = _rostered(incident, at=at, zone=zone)
    return found.without(recusal.barred(incident, [*found.heads, *found.everyone]))


def _rostered(incident: Incident, *, at: datetime, zone: ZoneInfo) -> Group:
    if incident.drill:
        return drill_group(drill_participants(incident.id))
    lines = db.session.execute(
        select(IncidentDepartment.code, IncidentDepartment.part).where(
            IncidentDepartment.incident_id == incident.id
        )
    ).all()
    responsible = [code for code, part in lines if part == "responsible"]
    commander = commander_department(incident.level, library.version(incident.plan_version_id).plan)
    return live_group(commander, responsible, [code for code, _part in lines], at=at, zone=zone)


def commander_department(level: int, plan: Plan) -> str:
    """The department that gives the commander: the level's own (Ⅰ, Ⅱ), else the one the plan names, which is
    never the department complained of."""
    named = next((each.department for each in plan.roles if each.role == IncidentRole.COMMANDER), None)
    responsible = next(each.code for each in plan.departments if each.part == "responsible")
    return library.the_levels()[level].commander_department or named or responsible


def drill_participants(incident_id: int) -> list[Person]:
    """The people who take part in the drill that this incident is."""
    from incident.models.drills import Drill

    emails = db.session.scalar(select(Drill.participants).where(Drill.incident_id == incident_id)) or []
    rows = {row.email: row for row in db.session.scalars(select(Person).where(Person.email.in_(emails)))}
    return [rows[email] for email in emails if email in rows and rows[email].active]


def drill_addresses(incident_id: int) -> set[str]:
    """The addresses of everybody who takes part in the drill that this incident is: players and staff."""
    from incident.models.drills import Drill

    found = db.session.execute(
        select(Drill.participants, Drill.staff).where(Drill.incident_id == incident_id)
    ).first()
    if found is None:
        return set()
    players, staff = found
    return {*players, *(email for emails in (staff or {}).values() for email in emails)}


def drill_stands_still(incident_id: int) -> bool:
    """Whether the drill that this incident is has been paused."""
    from incident.models.drills import Drill, DrillState

    state = db.session.scalar(select(Drill.state).where(Drill.incident_id == incident_id))
    return state == DrillState.PAUSED
