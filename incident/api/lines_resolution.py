"""Options, labels and assessments as JSON, written by hand: the shapes are in `answered_resolution`."""

from incident.api import views
from incident.api.plain import Json, by, moment, money
from incident.coordination import approvals, comparing, options, proxy_label
from incident.coordination.option_moves import history
from incident.models.incidents import Incident
from incident.models.resolutions import (
    AXES,
    IMPACTS,
    Assessment,
    LabelState,
    OptionApproval,
    OptionEvent,
    OptionState,
    ProxyLabel,
    ResolutionOption,
)


def option(incident: Incident, row: ResolutionOption) -> Json:
    """One option, whole."""
    return next(each for each in listed(incident) if each["id"] == row.id)


def listed(incident: Incident) -> list[Json]:
    """Every option of an incident, with the best ones marked."""
    rows = options.of(incident.id)
    ids = [row.id for row in rows]
    best, steps, given = comparing.best(rows), history(ids), approvals.given(ids)
    people = views.people(each.person_id for each in given)
    return [
        {
            **_facts(row, incident.number),
            "best": row.id in best,
            "approvals": [_approval(each, people) for each in given if each.option_id == row.id],
            "may_approve": _may(incident, row),
            "history": [_event(each) for each in steps if each.option_id == row.id],
        }
        for row in rows
    ]


def _may(incident: Incident, row: ResolutionOption) -> list[Json]:
    if row.state != OptionState.PROPOSED:
        return []
    return [views.person(each) for each in approvals.who_may(incident, row)]


def _facts(row: ResolutionOption, number: str) -> Json:
    return {
        "id": row.id,
        "incident": number,
        "complaint": row.complaint_id,
        "previous": row.previous_id,
        "revision": row.revision,
        "kind": str(row.kind),
        "state": str(row.state),
        "amount": money(row.amount),
        "currency": row.currency,
        "terms": row.told("terms"),
        "basis": row.told("basis"),
        "periods": row.periods,
        "annual_rate": money(row.annual_rate),
        "first_due": row.first_due.isoformat() if row.first_due else None,
        "schedule": row.schedule,
        "feasibility": {
            **{axis: {"score": getattr(row, axis), "remark": row.told(axis) or None} for axis in AXES},
            "sum": row.feasibility,
        },
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "expire_at": moment(row.expire_at),
        "created_at": moment(row.created_at),
        "created_by": by(row.created_by),
        "proposed_at": moment(row.proposed_at),
        "proposed_by": by(row.proposed_by) if row.proposed_by else None,
        "approvals_needed": row.approvals_needed,
    }


def _approval(row: OptionApproval, people: views.People) -> Json:
    return {"person": people[row.person_id], "role": row.role, "at": moment(row.at)}


def _event(row: OptionEvent) -> Json:
    return {
        "at": moment(row.at),
        "by": by(row.by),
        "act": row.act,
        "before": str(row.before) if row.before else None,
        "after": str(row.after),
        "amount": money(row.amount),
        "currency": row.currency,
        "text": row.told,
    }


def assessment(row: Assessment) -> Json:
    """One assessment."""
    return {
        "id": row.id,
        "at": moment(row.at),
        "by": by(row.by),
        "affected_customers": row.affected_customers,
        "potential_loss": money(row.potential_loss),
        "currency": row.currency,
        "impact": {name: row.impact(name) for name in IMPACTS},
        "note": row.note,
        "level_before": row.level_before,
        "level": row.level,
        "score": row.score,
        "reasons": row.reasons,
        "outcome": str(row.outcome),
        "decided_at": moment(row.decided_at),
        "decided_by": by(row.decided_by) if row.decided_by else None,
    }


def label(incident: Incident, row: ProxyLabel) -> Json:
    """One label, for those who act on the incident."""
    given = proxy_label.given(row.id)
    people = views.people(each.person_id for each in given)
    may = proxy_label.who_may(incident, row) if row.state == LabelState.PROPOSED else []
    return {
        "id": row.id,
        "complaint": row.complaint_id,
        "incident": incident.number,
        "state": str(row.state),
        "grounds": row.told("grounds"),
        "reason": row.told("reason") or None,
        "proposed_at": moment(row.proposed_at),
        "proposed_by": by(row.proposed_by),
        "approvals_needed": row.approvals_needed,
        "approvals": [
            {"person": people[each.person_id], "role": each.role, "at": moment(each.at)} for each in given
        ],
        "may_approve": [views.person(each) for each in may],
        "ended_at": moment(row.ended_at),
        "ended_by": by(row.ended_by) if row.ended_by else None,
    }
