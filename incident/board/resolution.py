"""The resolution page of an incident: options side by side, their approval, offers and counter-offers."""

from datetime import date
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from incident import clock, errors
from incident.board import access, acting, case, parsed, resolution_view
from incident.board.access import needs
from incident.coordination import approvals, options
from incident.coordination.option_words import Wanted
from incident.errors import N_, Reason
from incident.models.incidents import Incident
from incident.models.resolutions import AXES, ResolutionOption
from incident.permissions import Permission

bp = Blueprint("resolution", __name__)
ACT = Permission.INCIDENTS_ACT
SLUG = "resolution"


@bp.get("/incidents/<number>/resolution")
@needs(Permission.INCIDENTS_READ)
def show(number: str) -> str:
    """The whole page; with `?revise=ID` the form holds that option for its next version."""
    return draw(case.found(number))


def draw(incident: Incident, **more: Any) -> str:
    """The page, also around a refused form."""
    typed = more.get("typed") or {}
    revised = typed.get("previous") or request.args.get("revise", "")
    view = resolution_view.of(incident, revise=int(revised) if str(revised).isdecimal() else None)
    return case.page("case/resolution.html", incident, SLUG, view=view, **more)


@bp.post("/incidents/<number>/resolution/options")
@needs(ACT)
def write(number: str) -> Response:
    """Write an option, or the next version of one, and propose it unless it is to stay a draft."""
    form = request.form

    def act(incident: Incident) -> None:
        by, at, calendar = access.actor(), clock.now(), acting.house().calendar
        wanted, previous = _wanted(), form.get("previous", "")
        if previous.isdecimal():
            old = _of(incident, int(previous))
            option = options.revise(incident, old, wanted, by=by, at=at, calendar=calendar)
        else:
            option = options.write(incident, wanted, by=by, at=at, calendar=calendar)
        if form.get("then") != "draft":
            options.propose(incident, option, by=by, at=at)

    return case.do(number, act, draw, back=f"{SLUG}#options")


def _of(incident: Incident, option_id: int) -> ResolutionOption:
    found = options.find(option_id)
    if found.incident_id != incident.id:
        raise errors.NotFound(N_("There is no such option."))
    return found


def _wanted() -> Wanted:
    """The form as an option; raises Invalid where a field cannot be read at all."""
    form, faults = request.form, list[Reason]()
    complaint = form.get("complaint", "")
    wanted = Wanted(
        kind=form.get("kind", ""),
        amount=parsed.amount("amount", faults),
        currency=form.get("currency", "").strip().upper() or None,
        terms=form.get("terms", ""),
        basis=form.get("basis", ""),
        scores={axis: parsed.whole(axis, faults) for axis in AXES},
        remarks={axis: form.get(f"{axis}_remark", "") for axis in AXES},
        periods=parsed.whole("periods", faults),
        annual_rate=parsed.amount("annual_rate", faults),
        first_due=parsed.day("first_due", faults),
        valid_until=parsed.day("valid_until", faults),
        complaint_id=int(complaint) if complaint.isdecimal() else None,
    )
    if faults:
        raise errors.Invalid(N_("The option cannot be taken like this."), reasons=faults)
    return wanted


@bp.post("/incidents/<number>/resolution/options/<int:option_id>/<act>")
@needs(ACT)
def change(number: str, option_id: int, act: str) -> Response:
    """One act on an option: propose, approve, refuse, offer, counter, accept or decline."""

    def do(incident: Incident) -> None:
        if act not in DOES:
            raise errors.NotFound(N_("There is no such address."))
        DOES[act](incident, _of(incident, option_id))

    return case.do(number, do, draw, back=f"{SLUG}#option-{option_id}")


def _propose(incident: Incident, option: ResolutionOption) -> None:
    options.propose(incident, option, by=access.actor(), at=clock.now())


def _approve(incident: Incident, option: ResolutionOption) -> None:
    approvals.approve(incident, option, by=access.actor(), at=clock.now())


def _refuse(incident: Incident, option: ResolutionOption) -> None:
    reason = request.form.get("reason", "")
    approvals.refuse(incident, option, reason=reason, by=access.actor(), at=clock.now())


def _offer(incident: Incident, option: ResolutionOption) -> None:
    until = _checked_day("valid_until")
    options.offer(
        incident,
        option,
        by=access.actor(),
        at=clock.now(),
        calendar=acting.house().calendar,
        valid_until=until,
    )


def _counter(incident: Incident, option: ResolutionOption) -> None:
    faults: list[Reason] = []
    amount = parsed.amount("amount", faults)
    if faults:
        raise errors.Invalid(faults[0].message, reasons=faults)
    terms = request.form.get("terms", "")
    options.counter(incident, option, terms=terms, amount=amount, by=access.actor(), at=clock.now())


def _accept(incident: Incident, option: ResolutionOption) -> None:
    options.accept(incident, option, by=access.actor(), at=clock.now())


def _decline(incident: Incident, option: ResolutionOption) -> None:
    reason = request.form.get("reason", "")
    options.decline(incident, option, reason=reason, by=access.actor(), at=clock.now())


def _checked_day(name: str) -> date | None:
    faults: list[Reason] = []
    found = parsed.day(name, faults)
    if faults:
        raise errors.Invalid(faults[0].message, reasons=faults)
    return found


DOES = {
    "propose": _propose,
    "approve": _approve,
    "refuse": _refuse,
    "offer": _offer,
    "counter": _counter,
    "accept": _accept,
    "decline": _decline,
}
