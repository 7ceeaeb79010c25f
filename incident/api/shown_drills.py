"""Drills as the API answers them: one on the calendar, and one with the injects that the caller may see."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select

from incident.accounts import Actor
from incident.api import views
from incident.api.plain import by as said_by
from incident.api.plain import moment
from incident.db import db
from incident.drills import cast, rating, scoring, seeing
from incident.drills.seeing import Seen
from incident.models.drills import Drill, DrillState
from incident.models.people import Person


def viewer(rows: Sequence[Drill]) -> Callable[[Drill], dict[str, Any]]:
    """Shows each of some drills, whose incidents' numbers are read once."""
    known = views.numbers(row.incident_id for row in rows)
    return lambda row: _view(row, known)


def one(row: Drill) -> dict[str, Any]:
    """One drill on the calendar."""
    return _view(row, views.numbers([row.incident_id]))


def _view(row: Drill, numbers: dict[int | None, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "programme_id": row.programme_id,
        "playbook": row.plan_key,
        "scenario": row.scenario,
        "kind": str(row.kind),
        "planned_for": moment(row.planned_for),
        "starts_at": moment(row.starts_at),
        "moved_because": row.moved_because,
        "announced": row.announced,
        "participants": row.participants,
        "staff": row.staff,
        "state": str(row.state),
        "incident": numbers.get(row.incident_id),
        "created_at": moment(row.created_at),
        "created_by": said_by(row.created_by),
        "started_at": moment(row.started_at),
        "ended_at": moment(row.ended_at),
        "paused_at": moment(row.paused_at),
    }


def whole(row: Drill, *, by: Actor) -> dict[str, Any]:
    """One drill with what its reader may see of it."""
    found = seeing.seen(row, by=by)
    ids = {id_ for each in found for id_ in each.row.recipients}
    emails = {
        id_: email
        for id_, email in db.session.execute(select(Person.id, Person.email).where(Person.id.in_(ids)))
    }
    knows = row.state == DrillState.ENDED or cast.knows_script(row, by)
    total = scoring.total([each.row for each in found]) if knows else None
    return {
        **one(row),
        "injects": [_inject(each, emails) for each in found],
        "score": {"points": total.got, "most": total.most, "percent": total.percent} if total else None,
        "ratings": [_rating(each) for each in rating.of(row)] if knows else [],
    }


def _inject(each: Seen, emails: dict[int, str]) -> dict[str, Any]:
    row, inject = each.row, each.inject
    return {
        "number": row.number,
        "at": moment(row.due_at),
        "channel": inject.channel,
        "sender": inject.sender.model_dump() if inject.sender else None,
        "to": inject.to,
        "text": inject.text.model_dump(),
        "expected": inject.expected.model_dump() if each.whole else None,
        "respond": inject.respond,
        "target": inject.target if each.whole else None,
        "choices": [choice.model_dump() for choice in inject.choices],
        "right": inject.right - 1 if each.whole and inject.right else None,
        "state": str(row.state),
        "result": each.result,
        "delivered_at": moment(row.delivered_at),
        "answer_by": moment(row.answer_by),
        "judged_at": moment(row.judged_at),
        "recipients": [emails[id_] for id_ in row.recipients if id_ in emails],
        "responses": [_response(answer) for answer in each.answers],
        "points": inject.points,
        "automatic": row.points if each.whole else None,
        "score": scoring.given(row) if each.whole else None,
        "note": row.note if each.whole else None,
    }


def _response(answer: Any) -> dict[str, Any]:
    return {
        "by": said_by(answer.by),
        "at": moment(answer.at),
        "in_time": answer.in_time,
        "choice": answer.choice,
        "words": answer.words,
        "via": answer.via,
    }


def _rating(each: rating.Rated) -> dict[str, Any]:
    given = each.rating
    return {
        "objective": each.key,
        "title": {"zh": each.goal.zh, "en": each.goal.en},
        "rating": str(given.rating) if given else None,
        "note": given.note if given else None,
        "by": said_by(given.by) if given else None,
        "at": moment(given.at) if given else None,
    }
