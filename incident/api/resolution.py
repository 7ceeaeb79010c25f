"""Calls on the options of an incident: write, propose, approve, offer, and what the customer says."""

from collections.abc import Callable
from typing import Any

from incident.api import answered_resolution, asked_resolution, lines_resolution
from incident.api.door import CREATED, OK
from incident.api.registry import Answer, Ask, call
from incident.coordination import approvals, options
from incident.errors import N_
from incident.lifecycle import common
from incident.models.incidents import Incident
from incident.models.resolutions import ResolutionOption
from incident.permissions import Permission

TAG = N_("Resolution")
ACT: dict[str, Any] = {
    "tag": TAG,
    "needs": Permission.INCIDENTS_ACT,
    "answers": {OK: answered_resolution.Option},
}
Do = Callable[[Incident, ResolutionOption], ResolutionOption]


def _act(id: int, do: Do, *, status: int = OK) -> Answer:
    """One act on an option, whose incident is locked first; the answer is the option as it is then."""
    incident, option = options.locked(id)
    changed = do(incident, option)
    return Answer(status, lambda: lines_resolution.option(incident, changed))


@call(
    "GET",
    "/incidents/{number}/options",
    tag=TAG,
    summary=N_("List the options of an incident, the newest first"),
    needs=Permission.INCIDENTS_READ,
    answers={OK: answered_resolution.OptionPage},
)
def list_options(ask: Ask, *, number: str) -> Answer:
    """All of them, with their history; an incident has a handful."""
    incident = common.by_number(number)
    return Answer(OK, {"items": lines_resolution.listed(incident), "next_cursor": None})


@call(
    "GET",
    "/options/{id}",
    tag=TAG,
    summary=N_("Read an option"),
    needs=Permission.INCIDENTS_READ,
    answers={OK: answered_resolution.Option},
)
def show_option(ask: Ask, *, id: int) -> Answer:
    """One version of one option."""
    option = options.find(id)
    return Answer(OK, lines_resolution.option(options.incident_of(option), option))


@call(
    "POST",
    "/incidents/{number}/options",
    tag=TAG,
    summary=N_("Write an option and propose it"),
    needs=Permission.INCIDENTS_ACT,
    body=asked_resolution.WriteOption,
    answers={CREATED: answered_resolution.Option},
)
def write_option(ask: Ask, *, number: str) -> Answer:
    """With `draft` it is not proposed yet."""
    wanted: asked_resolution.WriteOption = ask.body
    incident = common.by_number(number, lock=True)
    option = options.write(incident, wanted.wanted(), by=ask.by, at=ask.at, calendar=ask.house.calendar)
    if not wanted.draft:
        options.propose(incident, option, by=ask.by, at=ask.at)
    return Answer(CREATED, lambda: lines_resolution.option(incident, option))


@call(
    "POST",
    "/options/{id}/revise",
    tag=TAG,
    summary=N_("Write the next version of an option and propose it"),
    needs=Permission.INCIDENTS_ACT,
    body=asked_resolution.WriteOption,
    answers={CREATED: answered_resolution.Option},
)
def revise_option(ask: Ask, *, id: int) -> Answer:
    """The way on from one that was refused, declined, countered, or has expired."""
    wanted: asked_resolution.WriteOption = ask.body

    def do(incident: Incident, option: ResolutionOption) -> ResolutionOption:
        calendar = ask.house.calendar
        fresh = options.revise(incident, option, wanted.wanted(), by=ask.by, at=ask.at, calendar=calendar)
        return fresh if wanted.draft else options.propose(incident, fresh, by=ask.by, at=ask.at)

    return _act(id, do, status=CREATED)


@call("POST", "/options/{id}/propose", summary=N_("Put a draft to those who may approve it"), **ACT)
def propose_option(ask: Ask, *, id: int) -> Answer:
    """How many must approve is settled now."""
    return _act(id, lambda incident, option: options.propose(incident, option, by=ask.by, at=ask.at))


@call("POST", "/options/{id}/approve", summary=N_("Approve an option, as a person"), **ACT)
def approve_option(ask: Ask, *, id: int) -> Answer:
    """Not by its proposer, and within the limit of the role; above a limit two different people must."""
    return _act(id, lambda incident, option: approvals.approve(incident, option, by=ask.by, at=ask.at))


@call(
    "POST",
    "/options/{id}/refuse",
    summary=N_("Refuse an option, as a person"),
    body=asked_resolution.RefuseOption,
    **ACT,
)
def refuse_option(ask: Ask, *, id: int) -> Answer:
    """With the reason."""
    wanted: asked_resolution.RefuseOption = ask.body
    return _act(
        id,
        lambda incident, option: approvals.refuse(
            incident, option, reason=wanted.reason, by=ask.by, at=ask.at
        ),
    )


@call(
    "POST",
    "/options/{id}/offer",
    summary=N_("Note that the customer was made the offer"),
    body=asked_resolution.OfferOption,
    **ACT,
)
def offer_option(ask: Ask, *, id: int) -> Answer:
    """Nothing is sent by itself; an expired offer is made again with a new day."""
    wanted: asked_resolution.OfferOption = ask.body

    def do(incident: Incident, option: ResolutionOption) -> ResolutionOption:
        return options.offer(
            incident,
            option,
            by=ask.by,
            at=ask.at,
            calendar=ask.house.calendar,
            valid_until=wanted.valid_until,
        )

    return _act(id, do)


@call(
    "POST",
    "/options/{id}/counter",
    summary=N_("Note the customer's counter-offer"),
    body=asked_resolution.CounterOption,
    **ACT,
)
def counter_option(ask: Ask, *, id: int) -> Answer:
    """It is kept with the offer."""
    wanted: asked_resolution.CounterOption = ask.body

    def do(incident: Incident, option: ResolutionOption) -> ResolutionOption:
        return options.counter(
            incident, option, terms=wanted.terms, amount=wanted.amount, by=ask.by, at=ask.at
        )

    return _act(id, do)


@call("POST", "/options/{id}/accept", summary=N_("Note that the customer accepts"), **ACT)
def accept_option(ask: Ask, *, id: int) -> Answer:
    """Refused once the day of the offer is over."""
    return _act(id, lambda incident, option: options.accept(incident, option, by=ask.by, at=ask.at))


@call(
    "POST",
    "/options/{id}/decline",
    summary=N_("Note that the customer declines"),
    body=asked_resolution.DeclineOption,
    **ACT,
)
def decline_option(ask: Ask, *, id: int) -> Answer:
    """The way on is a new version."""
    wanted: asked_resolution.DeclineOption = ask.body
    return _act(
        id,
        lambda incident, option: options.decline(
            incident, option, reason=wanted.reason, by=ask.by, at=ask.at
        ),
    )
