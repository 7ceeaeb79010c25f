"""Builders: the things tests are about, made through the same verbs as in life."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app

from incident import accounts, demo, duty
from incident.accounts import Actor
from incident.coordination import decisions, finding, holds, sending, telling
from incident.db import db, unit_of_work
from incident.intake import body, receive
from incident.lifecycle import acts
from incident.lifecycle.common import House
from incident.models.evidence import Finding
from incident.models.incidents import Incident
from incident.models.people import Department, Person
from incident.vocabulary import Stage

NOW = datetime(2026, 11, 3, 1, 30, tzinfo=UTC)  # a Tuesday, 09:30 in Shanghai
BY = accounts.system("test")
_refs = itertools.count(1)


def house() -> House:
    """The house of the application in whose context the test runs."""
    found: House = current_app.extensions["house"]
    return found


def standard_people(at: datetime = NOW) -> None:
    """The demo people and their round-the-clock roster, from a day before `at`."""
    with unit_of_work():
        for each in demo.PEOPLE:
            accounts.add_person(
                email=each.email,
                name=each.name,
                role=each.role,
                password=None,
                department=each.department,
                slack_id=each.slack_id,
                locale=each.locale,
                group_head=each.group_head,
                by=BY,
                at=at,
            )
        start = at - timedelta(days=1)
        for code, (first, backup) in demo.people.ROSTER.items():
            for rank, email in ((1, first), (2, backup)):
                if email:
                    duty.add_shift(
                        department=code,
                        person=person(email),
                        rank=rank,
                        starts_at=start,
                        ends_at=start + timedelta(days=1),
                        repeats="daily",
                        by=BY,
                        at=at,
                    )
            db.session.get_one(Department, code).head_id = person(first).id


def person(email: str) -> Person:
    """One of the standard people; `zhao` stands for zhao@demo.example."""
    from sqlalchemy import select

    address = email if "@" in email else f"{email}@demo.example"
    return db.session.scalars(select(Person).where(Person.email == address)).one()


def acting(email: str) -> Actor:
    """One of the standard people as an actor."""
    return accounts.actor(person(email))


def complaint_body(**given: Any) -> dict[str, Any]:
    """A complaint as it arrives; `given` overrides."""
    facts = {
        "source": "hotline",
        "source_ref": f"HL-{next(_refs):06d}",
        "received_at": NOW.isoformat(),
        "channel": "hotline",
        "complaint_type": "improper_collection",
        "product": "credit_card",
        "summary": "催收人员言语不当",
        "narrative": "催收人员多次致电本人单位，言语不当，要求停止。",
        "customer": {"name": "王小明", "phone": "13800138000"},
        "escalated": True,
        "escalation_reason": "客户要求升级",
    }
    return {**facts, **given}


def a_complaint(*, by: Actor = BY, at: datetime = NOW, **given: Any) -> receive.Received:
    """A complaint that was received, with its incident where it opened one."""
    prepared = receive.prepare(body.read(complaint_body(**given), at=at))
    with unit_of_work():
        return receive.receive(prepared, by=by, at=at, house=house())


def told(incident: Incident, *, at: datetime = NOW + timedelta(minutes=5)) -> None:
    """Write, approve and send the decision to every customer of an incident, by three people."""
    if finding.current(incident.id) is None:
        a_finding(incident, at=at)
    for each in telling.cases(incident.id):
        if each.told:
            continue
        about = each.complaint.id if each.complaint else None
        for act in (
            lambda case: decisions.write(
                incident, case, "尊敬的{name}：处理决定如下。", locale="zh_CN", by=acting("li"), at=at
            ),
            lambda case: decisions.submit(incident, case, by=acting("li"), at=at),
            lambda case: decisions.approve(incident, case, by=acting("zhao"), at=at),
            lambda case: sending.sent(
                incident,
                case,
                sending.Sending("letter", "EMS 1234", at),
                by=acting("li"),
                at=at,
                calendar=house().calendar,
            ),
        ):
            with unit_of_work():
                act(decisions.case_of(incident, about))


def lift_hold(incident: Incident, *, who: str = "zhao", at: datetime = NOW) -> None:
    """Lift the contact hold that the opening placed: closing asks for it."""
    by = acting(who)
    with unit_of_work():
        holds.lift(incident, reason="客户同意恢复联系", by=by, at=at)


def a_finding(incident: Incident, *, by: str = "wang", at: datetime = NOW, **given: Any) -> Finding:
    """The finding of an incident, upheld unless said otherwise."""
    facts = {"result": "upheld", "reasons": "录音证实言语不当", "violations": ["insult"]} | given
    with unit_of_work():
        return finding.record(
            incident, finding.Found(**facts), rule_set=house().rule_set, by=acting(by), at=at
        )


def an_incident(
    *, stage: str = "intake", acknowledged_by: str | None = None, at: datetime = NOW, **given: Any
) -> Incident:
    """An open incident at a stage; later stages are acknowledged (by 赵敏 unless said otherwise)."""
    incident = a_complaint(at=at, **given).incident
    assert incident is not None
    who = acknowledged_by or ("zhao" if stage != Stage.INTAKE else None)
    if who is None:
        return incident
    by = acting(who)
    with unit_of_work():
        acts.acknowledge(incident, by=by, at=at + timedelta(minutes=1))
    for each in list(Stage)[1 : list(Stage).index(Stage(stage)) + 1]:
        with unit_of_work():
            acts.move(incident, each, by=by, at=at + timedelta(minutes=2))
    return incident
