"""The pages below an incident, one for each part of the case: one frame, and one way to act and come back.

A part of the case is a module with a blueprint that answers `/incidents/<number>/<slug>`, and a row in TABS.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from incident.board import access, frame, rail
from incident.coordination import holds
from incident.db import db, unit_of_work
from incident.errors import N_, DomainError, NotFound
from incident.lifecycle import common
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission

Act = Callable[[Incident], object]
Draw = Callable[..., str]

# slug, name, permission; a part is in the tabs once its page exists and the reader may open it
TABS: tuple[tuple[str, str, Permission], ...] = (
    ("", N_("Overview"), Permission.INCIDENTS_READ),
    ("evidence", N_("Evidence and finding"), Permission.INCIDENTS_READ),
    ("contacts", N_("Customer contact"), Permission.INCIDENTS_READ),
    ("resolution", N_("Resolution"), Permission.INCIDENTS_READ),
    ("decision", N_("Decision and follow-up"), Permission.INCIDENTS_READ),
    ("clocks", N_("Clocks"), Permission.INCIDENTS_READ),
    ("updates", N_("Updates and hand-over"), Permission.INCIDENTS_READ),
    ("group", N_("Group and links"), Permission.INCIDENTS_READ),
    ("review", N_("Post-mortem"), Permission.REVIEWS_READ),
    ("accountability", N_("Accountability"), Permission.ACCOUNTABILITY_READ),
)


@dataclass(frozen=True)
class Tab:
    """One part of the case, ready to be drawn."""

    slug: str
    name: str
    href: str
    here: bool


def tabs(incident: Incident, here: str = "") -> list[Tab]:
    """The parts of an incident's case that exist and that the reader may open."""
    return [
        Tab(slug, _(name), f"/incidents/{incident.number}/{slug}".rstrip("/"), slug == here)
        for slug, name, permission in TABS
        if rail.exists(f"/incidents/<number>/{slug}".rstrip("/")) and access.can(permission)
    ]


def found(number: str) -> Incident:
    """The incident of a page; raises NotFound."""
    return common.by_number(number)


def hold(incident: Incident) -> dict[str, Any]:
    """What `case/hold.html` shows: the incident's holds, and what they stop."""
    placed = holds.of(incident.id)
    return {"holds": placed, "stopped": holds.strictest(placed)}


def page(template: str, incident: Incident, here: str, **more: Any) -> str:
    """A part of the case inside the frame; `fault` and `typed` come with a refused form."""
    commander = db.session.get(Person, incident.commander_id) if incident.commander_id else None
    acting = incident.is_open and access.can(Permission.INCIDENTS_ACT)
    given = {"fault": None, "typed": {}, "acting": acting} | more
    return render_template(
        template,
        incident=incident,
        commander=commander,
        tabs=tabs(incident, here),
        by=access.actor(),
        **given,
    )


def do(number: str, act: Act, draw: Draw, *, back: str) -> Response:
    """Do one act in one transaction, then go `back` (a slug with its anchor, as `evidence#custody`).

    A refused act changes nothing: `draw(incident, fault=…, typed=…)` shows the page with the sentence on top
    and what was typed in its form; the page's script gets the sentence alone.
    """
    try:
        with unit_of_work():
            act(common.by_number(number, lock=True))
    except NotFound:
        raise
    except DomainError as fault:
        if frame.is_htmx():
            return frame.refusal(fault)
        return make_response(draw(found(number), fault=fault, typed=request.form), fault.status)
    there = f"/incidents/{number}/{back}"
    if frame.is_htmx():
        return make_response("", HTTPStatus.NO_CONTENT, {"HX-Redirect": there})
    return redirect(there, HTTPStatus.SEE_OTHER)
