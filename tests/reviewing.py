"""A case that was worked through and closed, with its post-mortem, made through the verbs."""

from datetime import datetime, timedelta
from typing import Any

from incident import accounts
from incident.coordination import tasks
from incident.db import db, unit_of_work
from incident.models.incidents import Incident
from incident.models.reviews import Review, Section
from incident.reviews import (
    actions,
    blameless,
    findings,
    meeting,
    publishing,
    rights,
    schedule,
    sections,
    signing,
)
from incident.vocabulary import Status
from tests import builders

CLOSED = builders.NOW + timedelta(hours=3)


def a_closed_incident(*, at: datetime = CLOSED, **given: Any) -> Incident:
    """Acknowledged by 赵敏; two steps done, one of them late, and one skipped; closed three hours after its
    opening, past the gate of the closing (which has its own tests) but with all that the closing causes."""
    incident = builders.an_incident(acknowledged_by="zhao", at=at - timedelta(hours=3), **given)
    by = builders.acting("zhao")
    with unit_of_work():
        first = tasks.of(incident.id)[:3]
        for task, status in zip(first, ("done", "done", "dropped"), strict=True):
            task.due_at = max(task.due_at, at)
            tasks.change(task, incident, by=by, at=at - timedelta(minutes=30), status=status, note="见记录")
        first[0].due_at = at - timedelta(minutes=90)
    with unit_of_work():
        incident.status, incident.resolved_at, incident.closed_at = Status.CLOSED, at, at
        schedule.schedule(incident, builders.house().calendar, by=by, at=at)
    return incident


def a_review(*, held: bool = False, at: datetime = CLOSED, **given: Any) -> Review:
    """The post-mortem of a closed incident; `held` notes that its meeting was."""
    found = schedule.of(a_closed_incident(at=at, **given))
    assert found is not None
    if held:
        with unit_of_work():
            meeting.held(found, by=builders.acting("zhao"), at=at, calendar=builders.house().calendar)
    return found


def a_cause(review: Review, text: str = "名单没有更新", **given: Any) -> int:
    """A finding with a category; returns its id."""
    facts = {"category": "process"} | given
    with unit_of_work():
        row = findings.add(
            review, text, cast=the_cast(review), by=builders.acting("zhao"), at=CLOSED, **facts
        )
        return row.id


def the_cast(review: Review) -> blameless.Cast:
    """The cast of a post-mortem."""
    return blameless.cast(rights.incident_of(review), owner_id=review.owner_id)


def now(review: Review) -> Review:
    """The row as it is now."""
    db.session.commit()
    return db.session.get_one(Review, review.id, populate_existing=True)


def furnish(incident: Incident, *, at: datetime) -> None:
    """A post-mortem with everything on it: published, then being amended, with a finding and an action."""
    by, house = builders.acting("zhao"), builders.house()
    with unit_of_work():
        review = schedule.required(incident, "asked", by=by, at=at, calendar=house.calendar)
        meeting.held(review, by=by, at=at, calendar=house.calendar)
    with unit_of_work():
        known = the_cast(review)
        top = findings.add(review, "来电没有人接", cast=known, by=by, at=at)
        found = {"parent_id": top.id, "category": "process"}
        cause = findings.add(review, "名单没有更新", cast=known, by=by, at=at, **found)
        wanted = actions.Wanted("fix", "更新名单", "见更新记录", builders.person("li"), None, cause.id)
        actions.add(review, wanted, by=by, at=at, calendar=house.calendar)
        text = {"version": 0, "cast": known, "by": by, "at": at}
        sections.save(review, Section.LUCKY, "## 侥幸\n\n- **恰好**有人在场", **text)
    for role in signing.needed(incident):
        people = (builders.person(each) for each in ("zhao", "tang", "yang", "wang"))
        able = (each for each in people if role in signing.open_to(review, incident, each))
        with unit_of_work():
            signing.sign_off(review, role=role, by=accounts.actor(next(able)), at=at)
    with unit_of_work():
        publishing.publish(review, by=by, at=at, zone=house.zone)
    with unit_of_work():
        publishing.amend(review, reason="新证据", by=by, at=at)
