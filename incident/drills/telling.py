"""What players, staff and other systems are told of drills, in the transaction of the act."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from incident.alerting import outbox
from incident.drills import cast
from incident.models.drills import Drill, DrillRole
from incident.models.exercises import DrillInject
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.playbooks.exercises import Inject
from incident.webhooks import events


def tell(act: str, drills: list[Drill], *, at: datetime) -> None:
    """Write `drill.<act>` for drills that are announced or have begun: no names, of a surprise nothing."""
    told = [
        {
            "id": each.id,
            "playbook": each.plan_key,
            "kind": str(each.kind),
            "state": str(each.state),
            "starts_at": events.moment(each.starts_at),
        }
        for each in drills
        if each.announced or each.started_at is not None
    ]
    if told:
        one = drills[0].incident_id if len(drills) == 1 else None
        events.tell(f"drill.{act}", at=at, incident_id=one, exercises=told)


def inject(drill: Drill, row: DrillInject, what: Inject, people: list[Person], *, at: datetime) -> None:
    """Send an inject: to everybody in the drill's channel, to some as a direct message to each."""
    payload = {
        "about": "inject",
        "drill_id": drill.id,
        "number": row.number,
        "channel": what.channel,
        "sender": what.sender.model_dump() if what.sender else None,
        "text": what.text.model_dump(),
        "respond": what.respond,
        "choices": [each.model_dump() for each in what.choices],
        "answer_by": row.answer_by.isoformat() if row.answer_by else None,
        "again": row.times > 1,
    }
    key = f"inject-{row.number}-{row.times}"
    if what.to:
        _to(drill, people, at=at, key=key, **payload)
    elif drill.incident_id is not None:
        outbox.enqueue(drill.incident_id, "drill_post", at=at, key=key, **payload)
    events.tell(
        "drill.inject_delivered",
        at=at,
        incident_id=drill.incident_id,
        drill=drill.id,
        inject=row.number,
        channel=what.channel,
    )


def answered(drill: Drill, row: DrillInject, *, at: datetime) -> None:
    """Tell other systems that an inject was met, or missed."""
    events.tell(
        "drill.inject_judged",
        at=at,
        incident_id=drill.incident_id,
        drill=drill.id,
        inject=row.number,
        met=row.met,
        points=row.points,
    )


def in_channel(drill: Drill, said: str, *, at: datetime, **facts: Any) -> None:
    """Say something in the drill's channel."""
    if drill.incident_id is not None:
        outbox.enqueue(drill.incident_id, "post", at=at, said=said, **facts)


def to_staff(drill: Drill, about: str, *, at: datetime, **facts: Any) -> None:
    """A direct message to those who lead the drill."""
    people = cast.everybody(drill)
    staff = [each for role in cast.LEADS for each in people[role]]
    _to(drill, staff, at=at, key=f"{about}-{int(at.timestamp())}", about=about, **_facts(drill), **facts)


def interrupted(drill: Drill, grave: Incident, *, at: datetime) -> None:
    """A real emergency has come: those who lead the drill, and its commander, can suspend it by one press."""
    people = cast.everybody(drill)
    told = [each for role in cast.LEADS for each in people[role]] + people[DrillRole.PLAYER][:1]
    _to(
        drill,
        told,
        at=at,
        key=f"interrupted-{grave.id}",
        about="interrupted",
        real=grave.number,
        level=int(grave.level),
        **_facts(drill),
    )


def hot_wash(drill: Drill, *, at: datetime) -> None:
    """Ask everybody who took part for their first impressions, while they are fresh."""
    people = [each for found in cast.everybody(drill).values() for each in found]
    _to(drill, people, at=at, key="hot-wash", about="hot_wash", **_facts(drill))


def _facts(drill: Drill) -> dict[str, Any]:
    return {"drill_id": drill.id, "plan": drill.plan_key}


def _to(drill: Drill, people: Iterable[Person], *, at: datetime, key: str, **payload: Any) -> None:
    each_once = {person.id: person for person in people}.values()
    outbox.enqueue_rows(
        [
            outbox.row(
                drill.incident_id,
                "drill_tell",
                at=at,
                key=f"{drill.id}:{key}:{person.id}",
                person_id=person.id,
                **payload,
            )
            for person in each_once
        ]
    )
