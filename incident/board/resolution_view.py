"""What the resolution page shows: the options that live, those that ended, and what the reader may do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from incident import accounts
from incident.accounts import display
from incident.board import access
from incident.coordination import approvals, comparing, option_moves, options, proxy_label
from incident.db import db
from incident.errors import N_
from incident.lifecycle import assessing
from incident.lifecycle.reach import Reach
from incident.models.complaints import Complaint
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.resolutions import (
    AXES,
    IMPACTS,
    Assessment,
    AssessmentOutcome,
    LabelState,
    OptionEvent,
    OptionState,
    ProxyLabel,
    ResolutionOption,
)
from incident.permissions import Permission
from incident.playbooks import library
from incident.playbooks.authority import InstalmentRule
from incident.vocabulary import OptionKind

ACTS: dict[str, str] = {
    "write": N_("wrote it"),
    "propose": N_("proposed it"),
    "approve": N_("approved it"),
    "refuse": N_("refused it"),
    "offer": N_("noted the offer to the customer"),
    "counter": N_("noted the customer's counter-offer"),
    "accept": N_("noted that the customer accepts"),
    "decline": N_("noted that the customer declines"),
    "expire": N_("ended the offer: its day is over"),
    "revise": N_("began a new version"),
}


@dataclass(frozen=True)
class Approved:
    """Somebody's yes, ready to be read."""

    name: str
    role: str
    at: datetime


@dataclass(frozen=True)
class Step:
    """One step of an option's life, ready to be read: `what` is a message id."""

    at: datetime
    name: str
    what: str
    money: Any
    text: str | None


@dataclass(frozen=True)
class Card:
    """One option with what belongs to it; `acts` are the moves of the table the reader may make."""

    option: ResolutionOption
    best: bool
    acts: frozenset[str]
    approvals: list[Approved]
    may: list[Person]
    steps: list[Step]
    whose: str
    total: str


@dataclass(frozen=True)
class LabelCard:
    """A label with its approvals; `acts` are those that the reader may do."""

    label: ProxyLabel
    whose: str
    by: str
    ended_by: str
    approvals: list[Approved]
    may: list[Person]
    acts: frozenset[str]


@dataclass(frozen=True)
class View:
    """The page."""

    live: list[Card]
    ended: list[Card]
    revise: ResolutionOption | None
    complaints: list[tuple[int, str]]
    rule: str
    instalments: InstalmentRule
    currency: str
    axes: tuple[str, ...] = AXES
    kinds: tuple[str, ...] = tuple(OptionKind)
    reach: Reach | None = None
    assessments: tuple[tuple[Assessment, str, str], ...] = ()
    impacts: tuple[str, ...] = IMPACTS
    decides: bool = False
    labels: tuple[LabelCard, ...] = ()


def of(incident: Incident, *, revise: int | None = None) -> View:
    """Everything, in a handful of queries whatever the number of options."""
    rows = options.of(incident.id)
    cards = _cards(incident, rows)
    table = library.the_authority()
    return View(
        live=[each for each in cards if each.option.state not in comparing.ENDED],
        ended=[each for each in cards if each.option.state in comparing.ENDED],
        revise=next((row for row in rows if row.id == revise), None),
        complaints=_complaints(incident.id),
        rule=comparing.RULE,
        instalments=table.instalments,
        currency=table.currency,
        reach=assessing.known(incident),
        assessments=tuple(_assessments(incident.id)),
        decides=_decides(incident),
        labels=tuple(_labels(incident)) if _sees_labels() else (),
    )


def _assessments(incident_id: int) -> Iterator[tuple[Assessment, str, str]]:
    for row in assessing.of(incident_id):
        yield row, display(row.by), display(row.decided_by) if row.decided_by else ""


def _decides(incident: Incident) -> bool:
    """Whether the reader may decide on a lower level that is proposed."""
    last = assessing.latest(incident.id)
    if last is None or last.outcome != AssessmentOutcome.LOWER_PROPOSED:
        return False
    me = access.actor()
    return me.id == incident.commander_id or me.can(Permission.INCIDENTS_COMMAND)


def _sees_labels() -> bool:
    """The label is for those who act and for audit."""
    return access.can(Permission.INCIDENTS_ACT) or access.can(Permission.AUDIT_READ)


def _labels(incident: Incident) -> Iterator[LabelCard]:
    whose, me = dict(_complaints(incident.id)), access.actor().id
    for row in proxy_label.of(incident.id):
        given = proxy_label.given(row.id)
        names = accounts.names({each.person_id for each in given})
        may = proxy_label.who_may(incident, row) if row.state == LabelState.PROPOSED else []
        acts = {"approve", "refuse"} if me in {each.id for each in may} else set()
        if row.state == LabelState.IN_FORCE and me in {each.id for each in proxy_label.holders()}:
            acts = {"lift"}
        yield LabelCard(
            label=row,
            whose=whose.get(row.complaint_id, ""),
            by=display(row.proposed_by),
            ended_by=display(row.ended_by) if row.ended_by else "",
            approvals=[Approved(names[each.person_id], each.role, each.at) for each in given],
            may=may,
            acts=frozenset(acts),
        )


def _cards(incident: Incident, rows: list[ResolutionOption]) -> list[Card]:
    ids = [row.id for row in rows]
    best, steps, given = comparing.best(rows), option_moves.history(ids), approvals.given(ids)
    names = accounts.names({each.person_id for each in given})
    whose = dict(_complaints(incident.id))
    revised = {row.previous_id for row in rows}
    cards = []
    for row in rows:
        may = approvals.who_may(incident, row) if row.state == OptionState.PROPOSED else []
        yes = [each for each in given if each.option_id == row.id]
        cards.append(
            Card(
                option=row,
                best=row.id in best,
                acts=_acts(row, may, revised=row.id in revised),
                approvals=[Approved(names[each.person_id], each.role, each.at) for each in yes],
                may=may,
                steps=[_step(each) for each in steps if each.option_id == row.id],
                whose=whose.get(row.complaint_id or 0, ""),
                total=_total(row),
            )
        )
    return cards


def _acts(row: ResolutionOption, may: list[Person], *, revised: bool) -> frozenset[str]:
    """The moves from here, without approving for whoever may not and revising what has been revised."""
    me = access.actor().id
    found = {act for (state, act) in option_moves.MOVES if state == row.state} - {"expire"}
    if me not in {each.id for each in may}:
        found -= {"approve", "refuse"}
    return frozenset(found - {"revise"} if revised else found)


def _step(row: OptionEvent) -> Step:
    amount = option_moves.money(row.amount, row.currency) if row.amount is not None else None
    return Step(row.at, display(row.by), ACTS[row.act], amount, row.told)


def _complaints(incident_id: int) -> list[tuple[int, str]]:
    """(id, reference and masked name) of the complaints that an option may be for."""
    rows = db.session.scalars(
        select(Complaint).where(Complaint.incident_id == incident_id).order_by(Complaint.id)
    )
    found = []
    for row in rows:
        name = row.masked()["customer"].get("name")
        found.append((row.id, f"{row.source_ref} {name}" if name else row.source_ref))
    return found


def _total(row: ResolutionOption) -> str:
    """What the customer pays in all under a schedule."""
    return (
        f"{sum((Decimal(each['amount']) for each in row.schedule), Decimal(0)):,.2f}" if row.schedule else ""
    )
