"""Following up on the web: planning a call-back, what came of it, and how satisfied the customer is."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from incident import clock
from incident.board import access, acting, case, decision, decision_typed
from incident.board.access import needs
from incident.coordination import decisions, follow_ups, satisfaction
from incident.db import db
from incident.lifecycle import reopening
from incident.models.decisions import FollowUp
from incident.models.incidents import Incident
from incident.permissions import Permission

bp = Blueprint("aftercare", __name__)
ACT = Permission.INCIDENTS_ACT


def _back(anchor: str) -> str:
    about = request.form.get("complaint", type=int)
    return f"decision{f'?complaint={about}' if about else ''}#{anchor}"


@bp.post("/incidents/<number>/follow_ups")
@needs(ACT)
def plan(number: str) -> Response:
    """Plan something to ask or look at later; also after closing."""
    form, by, at = request.form, access.actor(), clock.now()

    def act(incident: Incident) -> None:
        calendar = acting.house().calendar
        due = decision_typed.moment("due_at") or follow_ups.usual_due(at, calendar)
        follow_ups.add(
            incident,
            kind=form.get("kind", ""),
            title=form.get("title", ""),
            due_at=due,
            owner=decision_typed.person("owner"),
            complaint_id=form.get("complaint", type=int),
            by=by,
            at=at,
            calendar=calendar,
        )

    return case.do(number, act, decision.draw, back=_back("follow-ups"))


@bp.post("/incidents/<number>/follow_ups/<int:follow_up_id>")
@needs(ACT)
def record(number: str, follow_up_id: int) -> Response:
    """What came of it, or why it is dropped."""
    form, by, at = request.form, access.actor(), clock.now()
    judged = {"yes": True, "no": False}.get(form.get("effective", ""))

    def act(incident: Incident) -> None:
        follow_ups.record(
            incident,
            follow_ups.find(incident, follow_up_id),
            note=form.get("note", ""),
            effective=judged,
            dropped=form.get("drop") == "1",
            by=by,
            at=at,
        )

    row = db.session.get(FollowUp, follow_up_id)
    anchor = "reopen" if row is not None and judged is False and not form.get("drop") else "follow-ups"
    return case.do(number, act, decision.draw, back=_back(anchor))


@bp.post("/incidents/<number>/reopen")
@needs(ACT, Permission.INCIDENTS_COMMAND)
def reopen(number: str) -> Response:
    """Open a closed incident again."""
    form, by, at = request.form, access.actor(), clock.now()

    def act(incident: Incident) -> None:
        reopening.reopen(
            incident,
            reason=form.get("reason", ""),
            stage=form.get("stage", ""),
            new_facts=form.get("new_facts") == "1",
            by=by,
            at=at,
            house=acting.house(),
        )

    return case.do(number, act, decision.draw, back=_back("letter"))


@bp.post("/incidents/<number>/satisfaction")
@needs(ACT)
def rate(number: str) -> Response:
    """How satisfied the customer is, 1 to 5."""
    form, by, at = request.form, access.actor(), clock.now()

    def act(incident: Incident) -> None:
        found = decisions.case_of(incident, form.get("complaint", type=int))
        score = form.get("score", 0, type=int)
        satisfaction.rate(incident, found, score, comment=form.get("comment", ""), by=by, at=at)

    return case.do(number, act, decision.draw, back=_back("satisfaction"))
