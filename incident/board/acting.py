"""How the incident page is drawn and acted on: one transaction an act, and an answer for who was second."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from incident import clock
from incident.alerting import effects
from incident.board import access, case, frame, incident_view
from incident.db import unit_of_work
from incident.errors import N_, Conflict, DomainError, NotFound
from incident.lifecycle import common, merging
from incident.lifecycle.common import House
from incident.models.incidents import Incident

Act = Callable[[Incident], object]


def tag(incident: Incident) -> str:
    """Changes with anything the page shows to this reader, and each minute."""
    minute = int(clock.now().timestamp() // 60)
    reader = frame.digest(frame.locale(), access.actor().id, minute, request.query_string)
    return f"{incident_view.tag(incident)}-{reader}"


def page(template: str, incident: Incident, **more: Any) -> str:
    """The page, or the part of it that changes."""
    now = tag(incident)
    shown = request.args.get("events", "")
    view = incident_view.of(incident, kinds=shown, everything=request.args.get("all") == "1")
    return render_template(
        template,
        view=view,
        incident=incident,
        etag=now,
        merged_into=merging.target_of(incident),
        tabs=case.tabs(incident),
        **case.hold(incident),
        by=access.actor(),
        shown=shown,
        kinds=incident_view.KINDS,
        holders=incident_view.holders(view),
        usual_due=incident_view.usual_due(),
        reason_of=effects.reason,
        **({"fault": None, "typed": {}} | more),
    )


def house() -> House:
    """The institution's settings for the verbs."""
    found: House = current_app.extensions["house"]
    return found


def do(
    number: str, act: Act, *, seen: Callable[[Incident], object] | None = None, anchor: str = ""
) -> Response:
    """Do one act in one transaction. `seen` names what the act changes: where the form shows another value
    of it than there is now, somebody was faster and nothing is done."""
    try:
        with unit_of_work():
            incident = common.by_number(number, lock=True)
            if seen is not None:
                _still(incident.version, str(seen(incident)), incident)
            act(incident)
    except NotFound:
        raise
    except DomainError as fault:
        return _refused(number, fault, seen)
    return _done(number, anchor)


def _still(version: int, present: str, incident: Incident) -> None:
    """Compare-and-set for a form: other changes on the incident meanwhile do no harm, this one does."""
    given, shown = request.form.get("version"), request.form.get("seen")
    if given in (None, "", str(version)) or shown == present:
        return
    now = incident_view.present(incident)
    raise Conflict(
        N_("Somebody else changed this a moment ago. %(now)s Look at it and decide again."),
        now=frame.say(now),
    )


def _done(number: str, anchor: str) -> Response:
    if frame.is_htmx():
        return make_response("", HTTPStatus.NO_CONTENT)
    there = "/" if request.form.get("next") == "board" else f"/incidents/{number}{anchor}"
    return redirect(there, HTTPStatus.SEE_OTHER)


def _refused(number: str, fault: DomainError, seen: Callable[[Incident], object] | None = None) -> Response:
    """The present state with the sentence on top; what was typed stays in its form."""
    incident = common.by_number(number)
    if not frame.is_htmx():
        text = page("incident.html", incident, fault=fault, typed=request.form)
        return make_response(text, fault.status)
    return frame.said(
        frame.say(fault.title),
        frame.say(fault.reason),
        fault.reasons,
        status=fault.status,
        version=incident.version,
        seen=str(seen(incident)) if seen else None,
    )
