"""Calls on the care of plans: who looks after each, its reviews, and what keeps coming back."""

from typing import Any

from incident import i18n
from incident.api import answered_changes, asked_changes, views
from incident.api.changes import TAG
from incident.api.door import OK
from incident.api.plain import Json
from incident.api.registry import Answer, Ask, call
from incident.errors import N_
from incident.models.plans import PlanCare
from incident.permissions import Permission
from incident.plan_changes import care, patterns

ONE: dict[str, Any] = {"tag": TAG, "answers": {OK: answered_changes.Care}}


def _view(row: PlanCare) -> Json:
    person = care.owner(row)
    return {
        "playbook": row.key,
        "owner": views.person(person) if person else None,
        "review_by": row.review_by.isoformat(),
        "every_months": row.every_months,
        "reviewed_on": row.reviewed_on.isoformat() if row.reviewed_on else None,
        "note": row.note,
    }


@call(
    "POST",
    "/playbooks/{key}/care",
    summary=N_("Say who looks after a plan and by when it is looked through"),
    needs=Permission.PLAYBOOKS_APPROVE,
    body=asked_changes.Entrust,
    **ONE,
)
def entrust_playbook(ask: Ask, *, key: str) -> Answer:
    """Without an owner the head of the responsible department is reminded."""
    wanted: asked_changes.Entrust = ask.body
    row = care.entrust(
        key,
        owner_id=wanted.owner,
        review_by=wanted.review_by,
        every_months=wanted.every_months,
        by=ask.by,
        at=ask.at,
        calendar=ask.house.calendar,
    )
    return Answer(OK, lambda: _view(row))


@call(
    "POST",
    "/playbooks/{key}/reviewed",
    summary=N_("Write down that a plan was looked through"),
    needs=Permission.PLAYBOOKS_PROPOSE,
    body=asked_changes.Reviewed,
    **ONE,
)
def review_playbook(ask: Ask, *, key: str) -> Answer:
    """The next review has its day."""
    row = care.reviewed(key, note=ask.body.note, by=ask.by, at=ask.at, calendar=ask.house.calendar)
    return Answer(OK, lambda: _view(row))


@call(
    "GET",
    "/changes/patterns",
    tag=TAG,
    summary=N_("List what keeps coming back, and the plan that might mend it"),
    needs=Permission.PLAYBOOKS_READ,
    answers={OK: answered_changes.PatternPage},
)
def list_patterns(ask: Ask) -> Answer:
    """The most frequent first."""
    items = [
        {
            "kind": each.kind,
            "playbook": each.plan_key,
            "subject": each.subject,
            "count": each.count,
            "of": each.of,
            "finding": each.finding,
            "sentence": {lang: i18n.say(each.sentence, lang) for lang in ("zh", "en")},
        }
        for each in patterns.found(at=ask.at)
    ]
    return Answer(OK, {"items": items, "next_cursor": None})
