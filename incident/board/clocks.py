"""The pages of the clocks: all of them by urgency, and those of one incident with everything about each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from incident import accounts, clock, clocks, errors, timeline
from incident.accounts import Actor
from incident.board import access, acting, case, clock_list, times
from incident.board.access import needs
from incident.clocks import reckoning, rules
from incident.clocks.changes import Open
from incident.coordination import clock_approval
from incident.errors import N_, Reason
from incident.models.clocks import Clock, ClockState
from incident.models.incidents import Incident
from incident.models.records import TimelineEvent
from incident.permissions import Permission
from incident.playbooks import library
from incident.playbooks.files import JURISDICTIONS
from incident.playbooks.schema import Rule
from incident.wordings.clocks import WORDS

bp = Blueprint("clocks", __name__)
ACTS = ("pause", "resume", "extend", "approve", "refuse", "correct", "meet", "void")
Verb = Callable[[Incident, int, Actor, datetime, int | None], object]


@dataclass(frozen=True)
class View:
    """A clock as its page shows it."""

    clock: Clock
    rule: Rule | None
    proofs: list[str]
    reasons: list[Reason]
    events: list[TimelineEvent]
    may: Open
    decides: bool


@bp.get("/clocks")
@needs(Permission.INCIDENTS_READ)
def listing() -> str:
    """Every clock that still wants something, the soonest due first."""
    filters = clock_list.wanted(request.args)
    found = clock_list.page(filters, person_id=access.actor().id, cursor=request.args.get("cursor", ""))
    address: dict[str, Any] = {**filters, "cursor": found.next_cursor}
    more = found.next_cursor and url_for("clocks.listing", **address)
    return render_template(
        "clocks/list.html",
        rows=found.rows,
        more=more,
        filters=filters,
        states=list(ClockState),
        jurisdictions=list(WORDS["jurisdiction"]),
        departments=list(library.departments()),
    )


@bp.get("/incidents/<number>/clocks")
@needs(Permission.INCIDENTS_READ)
def show(number: str) -> str:
    """The clocks of one incident."""
    return _draw(case.found(number))


def _draw(incident: Incident, **more: Any) -> str:
    house = acting.house()
    return case.page(
        "case/clocks.html",
        incident,
        "clocks",
        views=_views(incident, access.actor(), clock.now()),
        addable=_addable(house.rule_set),
        recorded=clocks.RECORDED,
        display=accounts.display,
        sentence=timeline.sentence,
        **more,
    )


def _views(incident: Incident, by: Actor, at: datetime) -> list[View]:
    events: dict[int, list[TimelineEvent]] = {}
    for event in timeline.of(incident.id):
        if "clock_id" in event.data:
            events.setdefault(event.data["clock_id"], []).append(event)
    return [
        View(
            each,
            rule := rules.of(each),
            list(rule.proof if rule and rule.proof else clocks.PROOFS),
            [clocks.sentence(code) for code in each.reasons],
            events.get(each.id, []),
            clocks.open_to(each, at),
            clock_approval.may(incident, each, by, at=at),
        )
        for each in clocks.of(incident.id)
    ]


def _addable(house: str) -> list[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """The rules a person may start a clock of, by rule set, the house's first."""
    now = clock.now()
    found = []
    for each in dict.fromkeys([house, *JURISDICTIONS]):
        usable = {
            rule.code: {"zh": rule.title.zh, "en": rule.title.en}
            for rule in rules.today(each, now)
            if rule.unit in reckoning.UNITS and rule.kind in ("statutory", "internal")
        }
        found.append((each, [(f"{each}/{code}", title) for code, title in usable.items()]))
    return found


@bp.post("/incidents/<number>/clocks")
@needs(Permission.INCIDENTS_ACT)
def add(number: str) -> Response:
    """Start a clock by hand."""
    form = request.form

    def act(incident: Incident) -> None:
        jurisdiction, _, code = form.get("rule", "").partition("/")
        if not code:
            message = N_("Choose a rule.")
            raise errors.Invalid(message, reasons=[Reason(message, loc=("rule",))])
        clocks.add(
            incident,
            code,
            jurisdiction=jurisdiction,
            started_at=times.asked(form.get("started_at", ""), "started_at"),
            reason=form.get("reason", ""),
            by=access.actor(),
            at=clock.now(),
            house=acting.house().rule_set,
        )

    return case.do(number, act, _draw, back="clocks#clocks")


@bp.post("/incidents/<number>/clocks/events")
@needs(Permission.INCIDENTS_ACT)
def record(number: str) -> Response:
    """Say that something happened that starts clocks."""
    form = request.form

    def act(incident: Incident) -> None:
        now = clock.now()
        clocks.record(
            incident,
            form.get("event", ""),
            happened_at=times.asked(form.get("at", ""), "at") or now,
            by=access.actor(),
            at=now,
            jurisdiction=acting.house().rule_set,
        )

    return case.do(number, act, _draw, back="clocks#clocks")


@bp.post(f"/incidents/<number>/clocks/<int:clock_id>/<any({','.join(ACTS)}):name>")
@needs(Permission.INCIDENTS_ACT)
def change(number: str, clock_id: int, name: str) -> Response:
    """One act on one clock; from the overview, which shows a button and no form, it goes back there."""
    verb, form = VERBS[name], request.form
    here = form.get("form") == "clock"
    seen = None if here else form.get("seen", type=int)

    def act(incident: Incident) -> None:
        verb(incident, clock_id, access.actor(), clock.now(), seen)

    if here:
        return acting.do(number, act, anchor="#clocks")
    return case.do(number, act, _draw, back=f"clocks#clock-{clock_id}")


def _reason() -> str:
    return request.form.get("reason", "")


def _correct(incident: Incident, id_: int, by: Actor, at: datetime, seen: int | None) -> object:
    started = times.asked(request.form.get("started_at", ""), "started_at")
    if started is None:
        message = N_("Say since when it runs.")
        raise errors.Invalid(message, reasons=[Reason(message, loc=("started_at",))])
    calendar = acting.house().calendar
    return clocks.correct(
        incident, id_, started_at=started, reason=_reason(), by=by, at=at, calendar=calendar, seen=seen
    )


def _meet(incident: Incident, id_: int, by: Actor, at: datetime, seen: int | None) -> object:
    proof, kind = request.form.get("proof", ""), request.form.get("kind", "statement")
    return clocks.meet(incident, id_, proof=proof, kind=kind, by=by, at=at, seen=seen)


VERBS: dict[str, Verb] = {
    "pause": lambda i, id_, by, at, seen: clocks.pause(i, id_, reason=_reason(), by=by, at=at, seen=seen),
    "resume": lambda i, id_, by, at, seen: clocks.resume(
        i, id_, reason=_reason(), by=by, at=at, calendar=acting.house().calendar, seen=seen
    ),
    "extend": lambda i, id_, by, at, seen: clocks.extend(i, id_, reason=_reason(), by=by, at=at, seen=seen),
    "approve": lambda i, id_, by, at, seen: clock_approval.approve(i, id_, by=by, at=at, seen=seen),
    "refuse": lambda i, id_, by, at, seen: clock_approval.refuse(
        i, id_, reason=_reason(), by=by, at=at, seen=seen
    ),
    "void": lambda i, id_, by, at, seen: clocks.void(i, id_, reason=_reason(), by=by, at=at, seen=seen),
    "correct": _correct,
    "meet": _meet,
}
