"""Complaints on the web: the list, the short form staff fill in, and one complaint with what triage found."""

import secrets
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from incident import clock, customers, errors, privacy
from incident.agencies import register
from incident.board import access, complaint_list, frame, times, typed
from incident.coordination import holds, telling
from incident.db import db, unit_of_work
from incident.errors import N_
from incident.intake import body as bodies
from incident.intake import receive as intake
from incident.models.complaints import CUSTOMER_FIELDS, Complaint
from incident.models.groups import Surge
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.sheets import moment
from incident.vocabulary import Channel, ComplaintType, Signal

bp = Blueprint("complaints", __name__)
SOURCE = "staff"
DRAFT_SECONDS = 7 * 86_400  # how long a browser may take to learn that its draft was recorded
FIELDS = {
    "name": N_("Name"),
    "phone": N_("Phone"),
    "email": N_("E-mail"),
    "id_number": N_("ID number"),
    "account_ref": N_("Account"),
    "summary": N_("Summary"),
    "narrative": N_("What happened"),
    "demand": N_("What the customer wants"),
    "escalation_reason": N_("Reason for escalating"),
}
# what is wrong with a field, said for the person at the form and not for a program
WORDS = {
    "received_at": N_("Give the time it was received; it cannot lie ahead."),
    "channel": N_("Choose how it reached us."),
    "complaint_type": N_("Choose one of the known types."),
    "narrative": N_("Say what happened, in at most 20,000 characters."),
    "summary": N_("At most 300 characters."),
    "demand": N_("At most 2,000 characters."),
    "product": N_("At most 60 characters."),
    "agency": N_("At most 120 characters."),
    "affected_customers": N_("Write a whole number of at least 1."),
    "potential_loss": N_("Write an amount like 12345.60."),
    "account.days_overdue": N_("Write a whole number of days."),
    "account.amount_overdue": N_("Write an amount like 12345.60."),
    "escalation_reason": N_("At most 500 characters."),
    **{f"customer.{name}": N_("This is too long.") for name in CUSTOMER_FIELDS},
}
PLAIN = (
    "channel", "complaint_type", "product", "summary", "narrative", "demand", "agency",
    "affected_customers", "potential_loss", "escalation_reason",
)  # fmt: skip


@bp.get("/complaints")
@access.needs(Permission.COMPLAINTS_READ)
def listing() -> str:
    """The newest complaints, masked."""
    filters = complaint_list.wanted(request.args)
    cursor = request.args.get("cursor", type=int)
    return render_template(
        "complaints/list.html",
        page=complaint_list.page(filters, cursor=cursor),
        filters=filters,
        cursor=cursor,
        types=list(ComplaintType),
        channels=list(Channel),
    )


@bp.get("/complaints/new")
@access.needs(Permission.COMPLAINTS_WRITE)
def new() -> str:
    """The form for staff."""
    start = {"received_at": times.local(clock.now()).strftime("%Y-%m-%dT%H:%M"), "channel": "hotline"}
    return _form(typed.Typed(start), _reference())


def _form(form: typed.Typed, reference: str) -> str:
    return render_template(
        "complaints/new.html",
        form=form,
        reference=reference,
        types=list(ComplaintType),
        channels=list(Channel),
        signals=list(Signal),
    )


def _reference() -> str:
    """A reference of our own: the same form sent twice is one complaint."""
    return f"WEB-{times.local(clock.now()):%Y%m%d}-{secrets.token_hex(4)}"


@bp.post("/complaints")
@access.needs(Permission.COMPLAINTS_WRITE)
def record() -> Response | tuple[str, int]:
    """Take the form; what was typed stays through a refusal."""
    at, reference = clock.now(), request.form.get("source_ref", "") or _reference()
    try:
        prepared = intake.prepare(bodies.read(_body(reference), at=at))
        with unit_of_work():
            received = intake.receive(
                prepared, by=access.actor(), at=at, house=current_app.extensions["house"]
            )
    except errors.Invalid as fault:
        kept = typed.refused(fault, words=WORDS)
        return _form(kept, reference), kept.status
    answer = _recorded(received)
    # the page's script drops its draft once it sees the reference here; no secret, so scripts may read it
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    path = url_for("complaints.listing")
    answer.set_cookie("recorded", reference, max_age=DRAFT_SECONDS, path=path, secure=secure, samesite="Lax")
    return answer


def _recorded(received: intake.Received) -> Response:
    if received.incident is not None:
        return redirect(f"/incidents/{received.incident.number}", 303)
    flash(_("The complaint is recorded. No incident was opened: triage found nothing that demands one."))
    return redirect(url_for("complaints.show", complaint_id=received.complaint.id), 303)


def _body(reference: str) -> dict[str, Any]:
    """The form as the body that every edge sends to intake."""
    form = request.form
    found: dict[str, Any] = {"source": SOURCE, "source_ref": reference}
    found |= {name: form[name] for name in PLAIN if form.get(name, "").strip()}
    received = moment(form.get("received_at", ""), times.zone())
    found["received_at"] = received.isoformat() if received else form.get("received_at", "")
    for group in ("customer", "account"):
        fields = {
            name.partition(".")[2]: value.strip()
            for name, value in form.items()
            if name.startswith(f"{group}.") and value.strip()
        }
        if fields:
            found[group] = fields
    if "amount_overdue" in found.get("account", {}):
        found["account"].setdefault("currency", "CNY")
    found["signals"] = form.getlist("signals")
    if form.get("escalated"):
        found |= {"escalated": True, "escalated_by": access.actor().name}
    return found


@bp.get("/complaints/<int:complaint_id>")
@access.needs(Permission.COMPLAINTS_READ)
def show(complaint_id: int) -> str:
    """One complaint, masked, with why it was graded so."""
    return _page(intake.find(complaint_id))


def _page(complaint: Complaint, **more: Any) -> str:
    found = complaint.incident_id and db.session.get(Incident, complaint.incident_id)
    return render_template(
        "complaints/show.html",
        complaint=complaint,
        masked=complaint.masked(),
        incident=found or None,
        telling=telling.about(complaint) if found else None,
        **_hold(complaint, found or None),
        fields=FIELDS,
        redact=privacy.redact,
        **_beside(complaint),
        **{"form": typed.Typed(), "revealed": {}, "asked": request.args.get("reveal", ""), **more},
    )


def _hold(complaint: Complaint, incident: Incident | None) -> dict[str, Any]:
    placed = [each for each in holds.of(incident.id) if each.complaint_id == complaint.id] if incident else []
    return {"holds": placed, "stopped": holds.strictest(placed)}


def _beside(complaint: Complaint) -> dict[str, Any]:
    """What the complaint belongs to: the customer's file, the registered agency, the group's parent."""
    surge = db.session.get(Surge, complaint.surge_id or 0)
    return {
        "file": customers.written(complaint.person_key) if complaint.person_key is not None else None,
        "agency": register.named(complaint.agency),
        "parent": db.session.get(Incident, surge.incident_id or 0) if surge else None,
    }


@bp.post("/complaints/<int:complaint_id>/reveal")
@access.needs(Permission.COMPLAINTS_REVEAL)
def reveal(complaint_id: int) -> Response | tuple[str, int]:
    """One field in the open, once, for a reason that the audit log keeps; no cache may keep it."""
    field, reason = request.form.get("field", ""), request.form.get("reason", "")
    try:
        with unit_of_work():
            complaint = intake.find(complaint_id)
            value = intake.reveal(complaint, field, reason=reason, by=access.actor(), at=clock.now())
    except errors.Invalid as fault:
        if frame.is_htmx():
            raise
        kept = typed.refused(fault)
        return _page(intake.find(complaint_id), form=kept, asked=field), kept.status
    if frame.is_htmx():
        page = render_template("complaints/revealed.html", field=field, label=FIELDS[field], value=value)
    else:
        page = _page(complaint, revealed={field: value})
    return Response(page, mimetype="text/html", headers={"Cache-Control": "no-store"})


@bp.post("/complaints/<int:complaint_id>/escalate")
@access.needs(Permission.COMPLAINTS_WRITE)
def escalate(complaint_id: int) -> Response | tuple[str, int]:
    """Open the incident of a complaint that was only recorded."""
    try:
        with unit_of_work():
            incident = intake.escalate(
                intake.find(complaint_id, lock=True),
                reason=request.form.get("reason", ""),
                by=access.actor(),
                at=clock.now(),
                house=current_app.extensions["house"],
            )
    except errors.Invalid as fault:
        kept = typed.refused(fault)
        return _page(intake.find(complaint_id), escalating=kept), kept.status
    return redirect(f"/incidents/{incident.number}", 303)
