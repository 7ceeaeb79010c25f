"""The work the others do on an emergency, for whoever looks at one alone: found, told, done, signed off."""

from datetime import datetime

from sqlalchemy import select

from incident import accounts, clocks
from incident.accounts import Actor
from incident.coordination import (
    decisions,
    departments,
    dependencies,
    finding,
    holds,
    sending,
    tasks,
    telling,
)
from incident.coordination.telling import Case
from incident.db import db
from incident.lifecycle import acts, informing
from incident.lifecycle.common import House
from incident.models.incidents import Incident, Task
from incident.models.people import Person
from incident.vocabulary import Stage

LEAD, CLERK = "zhao@demo.example", "li@demo.example"
LETTER = "尊敬的{name}：经核实，现将处理结果告知您。"


def finish(incident: Incident, *, at: datetime, house: House, letter: str = LETTER) -> None:
    """Do everything that an incident needs before it can be closed, by the verbs, as the demo people."""
    lead, clerk = acting(LEAD), acting(CLERK)
    _move(incident, lead, at=at)
    if finding.current(incident.id) is None:
        found = finding.Found("not_upheld", "录音显示坐席用语得当，已向客户解释。")
        finding.record(incident, found, rule_set=house.rule_set, by=lead, at=at)
    _tell(incident, letter, lead, clerk, at=at, house=house)
    _sign(incident, lead, at=at)
    if holds.unsettled(incident):
        holds.lift(incident, reason="客户同意恢复联系", by=lead, at=at)
    informing.review_data(incident, note="已检视", by=lead, at=at)
    for each in clocks.running(incident.id):
        if each.kind == "statutory":
            clocks.void(incident, each.id, reason="演示", by=lead, at=at)
    db.session.flush()


def _move(incident: Incident, lead: Actor, *, at: datetime) -> None:
    """Acknowledge, and move to the last step."""
    if incident.acknowledged_at is None:
        acts.acknowledge(incident, by=lead, at=at)
    stages = list(Stage)
    for stage in stages[stages.index(Stage(incident.stage)) + 1 :]:
        acts.move(incident, stage, by=lead, at=at)


def _sign(incident: Incident, lead: Actor, *, at: datetime) -> None:
    """Every task, those first that others wait for, and every department's signature."""
    known = dependencies.of(incident.id)
    while ready := [task for task in known.by_key.values() if _open(task) and not known.waits_for(task)]:
        for task in ready:
            tasks.change(task, incident, by=lead, at=at, status="done")
    for line in departments.lines(incident.id):
        if line.state not in ("signed_off", "stood_down"):
            departments.sign_off(incident, line.code, statement="已完成", by=lead, at=at)


def _open(task: Task) -> bool:
    """Whether a task is left to be done; the letter to the customer is done by sending it."""
    return not task.finished and task.key != tasks.FEEDBACK


def _tell(incident: Incident, letter: str, lead: Actor, clerk: Actor, *, at: datetime, house: House) -> None:
    """Write, approve and send the decision to every customer, each by somebody else."""
    proof = sending.Sending("letter", "EMS 1234", at)
    for each in [case for case in telling.cases(incident.id) if not case.told]:
        about = each.complaint.id if each.complaint else None
        decisions.write(incident, _case(incident, about), letter, locale="zh_CN", by=clerk, at=at)
        decisions.submit(incident, _case(incident, about), by=clerk, at=at)
        decisions.approve(incident, _case(incident, about), by=lead, at=at)
        sending.sent(incident, _case(incident, about), proof, by=clerk, at=at, calendar=house.calendar)


def _case(incident: Incident, about: int | None) -> Case:
    """The customer's case as the last verb left it."""
    db.session.flush()
    return decisions.case_of(incident, about)


def acting(email: str) -> Actor:
    """One of the demo people as an actor; the demo itself where they are not here."""
    person = db.session.scalar(select(Person).where(Person.email == email, Person.active))
    return accounts.system("demo") if person is None else accounts.actor(person)
