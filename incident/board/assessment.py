"""The acts on the resolution page that are no option: the assessment, and the label “malicious proxy”."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from incident import clock, errors
from incident.board import access, acting, case, parsed
from incident.board.access import needs
from incident.board.resolution import SLUG, draw
from incident.coordination import proxy_label
from incident.errors import N_, Reason
from incident.intake import receive
from incident.lifecycle import assessing
from incident.lifecycle.reach import Reach
from incident.models.incidents import Incident
from incident.models.resolutions import IMPACTS, ProxyLabel
from incident.permissions import Permission

bp = Blueprint("assessment", __name__)
ACT = Permission.INCIDENTS_ACT


@bp.post("/incidents/<number>/resolution/assessment")
@needs(ACT)
def assess(number: str) -> Response:
    """Keep an assessment; the level is scored again."""

    def act(incident: Incident) -> None:
        faults: list[Reason] = []
        customers = parsed.whole("affected_customers", faults)
        wanted = Reach(
            affected_customers=customers or 0,
            potential_loss=parsed.amount("potential_loss", faults),
            impacts={name: parsed.whole(name, faults) or 0 for name in IMPACTS},
        )
        if faults:
            raise errors.Invalid(N_("The assessment cannot be taken like this."), reasons=faults)
        note, by = request.form.get("note", ""), access.actor()
        assessing.assess(incident, wanted, note=note, by=by, at=clock.now(), house=acting.house())

    return case.do(number, act, draw, back=f"{SLUG}#assessment")


@bp.post("/incidents/<number>/resolution/assessment/decide")
@needs(ACT)
def decide(number: str) -> Response:
    """The commander lowers the level as proposed, or keeps it."""
    form = request.form

    def act(incident: Incident) -> None:
        assessing.decide(
            incident,
            lower=form.get("then") == "lower",
            reason=form.get("reason", ""),
            by=access.actor(),
            at=clock.now(),
            house=acting.house(),
        )

    return case.do(number, act, draw, back=f"{SLUG}#assessment")


@bp.post("/incidents/<number>/resolution/labels")
@needs(ACT)
def propose_label(number: str) -> Response:
    """Propose the label for one of the incident's complaints."""
    form = request.form

    def act(incident: Incident) -> None:
        complaint = form.get("complaint", "")
        if not complaint.isdecimal():
            sentence = N_("Choose a complaint.")
            raise errors.Invalid(sentence, reasons=[Reason(sentence, loc=("complaint",))])
        found = receive.find(int(complaint))
        grounds, by = form.get("grounds", ""), access.actor()
        proxy_label.propose(incident, found, grounds=grounds, by=by, at=clock.now())

    return case.do(number, act, draw, back=f"{SLUG}#labels")


@bp.post("/incidents/<number>/resolution/labels/<int:label_id>/<act>")
@needs(ACT)
def change_label(number: str, label_id: int, act: str) -> Response:
    """Approve, refuse or lift a label."""

    def do(incident: Incident) -> None:
        mine, label = proxy_label.locked(label_id)
        if act not in LABEL_ACTS or mine.id != incident.id:
            raise errors.NotFound(N_("There is no such label."))
        LABEL_ACTS[act](incident, label)

    return case.do(number, do, draw, back=f"{SLUG}#labels")


def _approve(incident: Incident, label: ProxyLabel) -> None:
    proxy_label.approve(incident, label, by=access.actor(), at=clock.now())


def _refuse(incident: Incident, label: ProxyLabel) -> None:
    proxy_label.refuse(incident, label, reason=_reason(), by=access.actor(), at=clock.now())


def _lift(incident: Incident, label: ProxyLabel) -> None:
    proxy_label.lift(incident, label, reason=_reason(), by=access.actor(), at=clock.now())


def _reason() -> str:
    return request.form.get("reason", "")


LABEL_ACTS: dict[str, Callable[[Incident, ProxyLabel], Any]] = {
    "approve": _approve,
    "refuse": _refuse,
    "lift": _lift,
}
