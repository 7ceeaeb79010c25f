"""Post-mortems and actions as JSON; the shapes are described in `answered_reviews`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident import i18n, prose
from incident.api import problems, views
from incident.api.plain import Json, by, moment
from incident.api.registry import Ask
from incident.db import db
from incident.models.actions import ActionState, ReviewActionEvent
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.reviews import Review, ReviewFinding
from incident.reviews import (
    action_register,
    actions,
    blameless,
    findings,
    key_events,
    publishing,
    record,
    rights,
    sections,
    signing,
)
from incident.reviews.action_register import Line
from incident.reviews.sections import Written


def summary(row: Review, incident: Incident, people: views.People, url: str) -> Json:
    """A post-mortem in short; `people` holds its owner."""
    return {
        "id": row.id,
        "incident": incident.number,
        "drill": incident.drill,
        "title": {"zh": incident.title_zh, "en": incident.title_en},
        "state": str(row.state),
        "owner": views.someone(people, row.owner_id),
        "due_at": moment(row.due_at),
        "meets_at": moment(row.meets_at),
        "place": row.place,
        "rule": row.rule,
        "optional": row.optional,
        "triggers": row.triggers,
        "remind_at": moment(row.remind_at),
        "reminders": row.reminders,
        "held_at": moment(row.held_at),
        "edition": row.edition,
        "published_at": moment(row.published_at),
        "amendment": row.amendment,
        "created_at": moment(row.created_at),
        "url": f"{url}/reviews/{row.id}",
    }


def summaries(rows: Sequence[Review], url: str) -> dict[int, Json]:
    """Many in short, by id, with one query for the people and one for the incidents."""
    people = views.people(row.owner_id for row in rows)
    wanted = [row.incident_id for row in rows]
    known = {row.id: row for row in db.session.scalars(select(Incident).where(Incident.id.in_(wanted)))}
    return {row.id: summary(row, known[row.incident_id], people, url) for row in rows}


def whole(row: Review, ask: Ask) -> Json:
    """A post-mortem with everything in it; drafts in the language that was asked for."""
    incident = rights.incident_of(row)
    facts = record.gather(incident)
    written = sections.of(row, facts, locale=problems.locale(), zone=ask.house.zone)
    signed = signing.signed(row)
    lines = action_register.listed(*action_register.conditions(at=ask.at, review_id=row.id))
    people = views.people([row.owner_id, *(each.person_id for each in signed.values())])
    return {
        **summary(row, incident, people, ask.url),
        "revision": row.revision,
        "sections": [section(each) for each in written.values()],
        "facts": facts,
        "events": key_events.of(row, incident, blameless.cast(incident, owner_id=row.owner_id)),
        "findings": [finding(each) for each in findings.of(row)],
        "actions": acts(lines, ask.at, ask.url),
        "signers": [str(role) for role in signing.needed(incident)],
        "signatures": [
            {"role": str(role), "by": views.someone(people, each.person_id), "at": moment(each.at)}
            for role, each in signed.items()
        ],
        "missing": [
            {
                "msg": {i18n.short(locale): i18n.say(each, locale) for locale in i18n.LOCALES},
                "href": each.href or "",
            }
            for each in publishing.missing(row)
        ],
        "editions": [
            {"number": each.number, "at": moment(each.at), "by": by(each.by), "reason": each.reason}
            for each in publishing.editions(row)
        ],
    }


def section(row: Written) -> Json:
    """A section with its safe HTML."""
    return {
        "name": str(row.name),
        "version": row.version,
        "text": row.text,
        "html": prose.as_html(row.text),
        "drafted": row.drafted,
        "at": moment(row.at),
        "by": by(row.by) if row.by else None,
        "named": list(row.named),
    }


def finding(row: ReviewFinding) -> Json:
    """One finding."""
    return {
        "id": row.id,
        "review": row.review_id,
        "parent": row.parent_id,
        "text": row.text,
        "category": row.category,
        "step": row.step,
        "version": row.version,
        "added_at": moment(row.added_at),
        "withdrawn_at": moment(row.withdrawn_at),
    }


def acts(lines: Sequence[Line], at: datetime, url: str) -> list[Json]:
    """Actions, with one query for the people they name."""
    rows = [line.action for line in lines]
    ids = [id_ for row in rows for id_ in (row.owner_id, row.done_by_id, row.verified_by_id)]
    found = db.session.scalars(select(Person).where(Person.id.in_({id_ for id_ in ids if id_})))
    people = {person.id: views.person(person) for person in found}
    told = actions.histories([row.id for row in rows])
    return [_action(line, people, told[line.action.id], at, url) for line in lines]


def _action(
    line: Line, people: views.People, told: Sequence[ReviewActionEvent], at: datetime, url: str
) -> Json:
    row = line.action
    return {
        "id": row.id,
        "review": row.review_id,
        "incident": line.incident.number,
        "playbook": line.incident.plan_key,
        "finding": row.finding_id,
        "kind": str(row.kind),
        "title": row.title,
        "detail": row.detail,
        "owner": views.someone(people, row.owner_id),
        "due_at": moment(row.due_at),
        "first_due_at": moment(row.first_due_at),
        "overdue": row.state == ActionState.OPEN and row.due_at < at,
        "state": str(row.state),
        "proof": row.proof,
        "done_at": moment(row.done_at),
        "done_by": views.someone(people, row.done_by_id),
        "verified_at": moment(row.verified_at),
        "verified_by": views.someone(people, row.verified_by_id),
        "remind_at": moment(row.remind_at),
        "created_at": moment(row.created_at),
        "created_by": by(row.created_by),
        "history": [_event(each.at, each.by, each.kind, each.data) for each in told],
        "url": f"{url}/actions#action-{row.id}",
    }


def _event(at: datetime, who: str, kind: str, data: dict[str, Any]) -> Json:
    return {"at": moment(at), "by": by(who), "kind": kind, "data": data}
