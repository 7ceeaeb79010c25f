"""Everything that is scheduled, in one list: drills, post-mortems, reminders, escalations, ends of shifts."""

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from incident import coverage, drills, scheduling
from incident.accounts import Actor
from incident.alerting import escalation
from incident.db import db
from incident.errors import N_, Reason
from incident.lifecycle.common import House
from incident.models.ground import Heartbeat
from incident.plan_changes import care
from incident.playbooks import library
from incident.reviews import schedule as reviews
from incident.training import sessions
from incident.watches import aftercare

SHIFTS_AHEAD = timedelta(days=3)  # further handovers stand on the duty page
DEAD_AFTER = timedelta(seconds=30)  # six heartbeats missed
# what → (kind in words, the sentence about its subject)
KINDS: dict[str, str] = {
    "drill": N_("Drill"),
    "review": N_("Post-mortem"),
    "review_reminder": N_("Reminder of a post-mortem"),
    "plan_review": N_("Review of a plan"),
    "course_session": N_("Course"),
    "call_back": N_("Call-back to a customer"),
    "welfare_check": N_("Welfare check"),
    "effect_check": N_("Effect check"),
    "other": N_("Follow-up"),
    "escalation": N_("Escalation, if nobody acknowledges"),
    "shift": N_("Shift ends"),
    "gap": N_("Nobody is on duty from then on"),
}


@dataclass(frozen=True)
class Item:
    """One thing that will happen: when, of what kind, about what (a key, number or code; and in words), and
    the page that shows it."""

    at: datetime
    kind: str
    about: str
    subject: Reason
    href: str


@dataclass(frozen=True)
class Beat:
    """A job of the scheduler; the next run comes at the latest `every` after the last heartbeat."""

    name: str
    about: str
    every: timedelta
    next_by: datetime | None


def ahead(*, by: Actor, at: datetime, house: House) -> list[Item]:
    """What is scheduled and somebody may know of, soonest first."""
    items = [
        Item(row["at"], row["what"], str(row["subject"]), _subject(row), row["href"])
        for row in (*planned(by=by, house=house), *sessions.upcoming(at=at))
    ]
    return sorted([*items, *_shifts(at, house)], key=lambda item: item.at)


def planned(*, by: Actor, house: House) -> list[dict[str, Any]]:
    """Everything that is scheduled and somebody may know of, soonest first: {at, what, subject, href}."""
    parts = (
        drills.upcoming(by=by),
        reviews.upcoming(),
        care.upcoming(calendar=house.calendar),
        aftercare.upcoming(),
        escalation.upcoming(),
    )
    return sorted((row for part in parts for row in part), key=lambda row: row["at"])


def _subject(row: dict[str, object]) -> Reason:
    if row["what"] in ("drill", "plan_review"):
        title = library.current(str(row["subject"])).plan.title
        return Reason("%(plan)s", {"plan": {"zh": title.zh, "en": title.en}})
    if row["what"] == "course_session":
        return Reason("%(course_title)s", {"course_title": row["title"]})
    if row["what"] == "escalation":
        return Reason(N_("%(number)s, step %(rung)s"), {"number": row["subject"], "rung": row["rung"]})
    return Reason("%(number)s", {"number": row["subject"]})


def _shifts(at: datetime, house: House) -> list[Item]:
    end = at + SHIFTS_AHEAD
    codes = list(library.departments())
    shifts = coverage.shifts_between(codes, at, end)
    found = []
    for code in codes:
        stretches = coverage.stretches(shifts[code], at, end, house.zone)
        for now_on, next_on in itertools.pairwise(stretches):
            leaving = [p for p in now_on.on_duty.people if p not in next_on.on_duty.people]
            names = [person.name for person in leaving]
            if next_on.gap or names:
                subject = Reason(
                    N_("%(department)s: %(names)s"), {"department": code, "names": names or ["–"]}
                )
                kind = "gap" if next_on.gap else "shift"
                found.append(
                    Item(now_on.ends_at, kind, f"{code} {', '.join(names)}".strip(), subject, f"/duty/{code}")
                )
    return found


def heart(*, at: datetime) -> datetime | None:
    """When the scheduler last said that it lives; None where it is silent for longer than half a minute."""
    found = db.session.get(Heartbeat, "scheduler")
    return found.at if found and at - found.at <= DEAD_AFTER else None


def beats(*, at: datetime) -> list[Beat]:
    """The jobs, and by when each runs next; None where no scheduler runs."""
    alive = heart(at=at) is not None
    return [Beat(j.name, j.about, j.every, at + j.every if alive else None) for j in scheduling.JOBS]
