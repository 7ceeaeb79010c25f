"""What must hold before a drill goes on the calendar, and what it still lacks before it begins."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from incident.accounts import Actor
from incident.db import db
from incident.drills import cast, scenarios
from incident.errors import N_, Reason
from incident.models.drills import Drill, DrillKind, DrillRole
from incident.models.people import Department, Person
from incident.playbooks import library

if TYPE_CHECKING:
    from incident.drills.programme import Wanted

ROLES = tuple(role for role in DrillRole if role != DrillRole.PLAYER)


def tidied(wanted: "Wanted", *, by: Actor) -> "Wanted":
    """Addresses in small letters and each once; whoever schedules directs where nobody is named."""
    players = _once(wanted.participants)
    staff = {role: _once(emails) for role, emails in wanted.staff.items() if emails}
    if DrillRole.DIRECTOR not in staff and by.kind == "person":
        own = db.session.scalar(select(Person.email).where(Person.id == by.id))
        if own is not None and own not in players:
            staff[str(DrillRole.DIRECTOR)] = [own]
    return replace(wanted, participants=players, staff=staff)


def _once(emails: list[str]) -> list[str]:
    return list(dict.fromkeys(email.strip().lower() for email in emails))


def when(starts_at: datetime | None, recurrence: str | None, *, at: datetime) -> list[Reason]:
    """What is wrong with the time."""
    if (starts_at is None) == (recurrence is None):
        return [Reason(N_("Give either a start time or a recurrence."), loc=("starts_at",))]
    if starts_at is not None and starts_at < at - timedelta(minutes=1):
        return [Reason(N_("The start time has passed."), loc=("starts_at",))]
    return []


def what(wanted: "Wanted") -> list[Reason]:
    """What is wrong with the rest: plan, scenario, kind and people."""
    faults = []
    known = {each.scenario.key for each in scenarios.of_plan(wanted.plan_key)}
    if wanted.scenario and wanted.scenario not in known:
        said = {"known": ", ".join(sorted(known))}
        faults.append(Reason(N_("The plan has no such scenario; it has %(known)s."), said, ("scenario",)))
    if wanted.kind not in set(DrillKind):
        faults.append(Reason(N_("There is no such kind of drill."), loc=("kind",)))
    if not wanted.participants:
        faults.append(Reason(N_("Name at least one participant."), loc=("participants",)))
    return [*faults, *_people(wanted)]


def _people(wanted: "Wanted") -> list[Reason]:
    named = [("participants", index, email) for index, email in enumerate(wanted.participants)]
    faults = []
    for role, emails in wanted.staff.items():
        if role not in ROLES:
            faults.append(Reason(N_("There is no role %(role)s in a drill."), {"role": role}, ("staff",)))
        named += [(role, index, email) for index, email in enumerate(emails)]
        faults += [
            Reason(N_("%(email)s plays and cannot be of the staff too."), {"email": email}, (role,))
            for email in emails
            if email in wanted.participants
        ]
    there = set(
        db.session.scalars(
            select(Person.email).where(Person.email.in_({email for _w, _i, email in named}), Person.active)
        )
    )
    faults += [
        Reason(N_("Nobody has the address %(email)s."), {"email": email}, (where, index))
        for where, index, email in named
        if email not in there
    ]
    return faults


@dataclass(frozen=True)
class Point:
    """One point of the pre-flight check: `good`, or what is missing; `grave` ones should stop a start."""

    name: str
    good: bool
    said: Reason
    grave: bool = False


def preflight(drill: Drill) -> list[Point]:
    """Whether the drill can begin: plan, scenario, players, reach, staff and audiences, in this order."""
    people = cast.everybody(drill)
    found = scenarios.find(drill.plan_key, drill.scenario) if drill.scenario else None
    return [
        _plan(drill),
        _scenario(drill, found),
        _players(drill, people[DrillRole.PLAYER]),
        _reach(people),
        *(_holds(people, role) for role in (DrillRole.DIRECTOR, DrillRole.EVALUATOR)),
        _audiences(found, people[DrillRole.PLAYER]),
    ]


def _plan(drill: Drill) -> Point:
    version = library.current(drill.plan_key)
    said = Reason(
        N_("Plan %(plan)s, version %(version)s"), {"plan": drill.plan_key, "version": version.number}
    )
    return Point("plan", True, said)


def _scenario(drill: Drill, found: scenarios.Found | None) -> Point:
    if found is not None:
        values = {"title": found.scenario.title.model_dump(), "count": len(found.scenario.injects)}
        return Point("scenario", True, Reason(N_("“%(title)s”, %(count)s injects"), values))
    if drill.scenario:
        said = N_("The scenario %(key)s is not in the plan any more; the controller leads freely.")
        return Point("scenario", False, Reason(said, {"key": drill.scenario}))
    if drill.kind == DrillKind.CALL_TREE:
        return Point(
            "scenario", True, Reason(N_("The call-tree test: everybody answers that they were reached."))
        )
    return Point("scenario", True, Reason(N_("Free: the controller writes the injects while it runs.")))


def _players(drill: Drill, players: list[Person]) -> Point:
    gone = len(drill.participants) - len(players)
    if not players:
        return Point("players", False, Reason(N_("None of the players has an active account.")), grave=True)
    if gone:
        said = Reason(N_("%(count)s of the players have left."), {"count": gone})
        return Point("players", False, said)
    said = Reason(
        N_("%(count)s players; %(name)s commands"), {"count": len(players), "name": players[0].name}
    )
    return Point("players", True, said)


def _reach(people: dict[DrillRole, list[Person]]) -> Point:
    unlinked = sorted({each.name for found in people.values() for each in found if not each.slack_id})
    if unlinked:
        said = Reason(N_("Without a Slack account, reached on the web alone: %(names)s"), {"names": unlinked})
        return Point("reach", False, said)
    return Point("reach", True, Reason(N_("Everybody is reached in Slack; the drill gets its own channel.")))


def _holds(people: dict[DrillRole, list[Person]], role: DrillRole) -> Point:
    names = [each.name for each in people[role]]
    words = {"drill_role": str(role), "names": names}
    if names:
        return Point(str(role), True, Reason(N_("%(drill_role)s: %(names)s"), words))
    return Point(str(role), False, Reason(N_("Nobody is %(drill_role)s."), words))


def _audiences(found: scenarios.Found | None, players: list[Person]) -> Point:
    if found is None:
        return Point("audiences", True, Reason(N_("Every inject goes to all players.")))
    here = {each.department_code for each in players}
    wanted = [code for inject in found.scenario.injects for code in inject.to]
    empty = [code for code in dict.fromkeys(wanted) if code not in here]
    if empty:
        names = [_name(code) for code in empty]
        said = N_("Nobody plays for %(names)s; the commander gets what is for them.")
        return Point("audiences", False, Reason(said, {"names": names}))
    return Point("audiences", True, Reason(N_("Every department that gets an inject has a player.")))


def _name(code: str) -> object:
    row = db.session.get(Department, code)
    return {"zh": row.name_zh, "en": row.name_en} if row else code
