"""Approving and refusing options: by the authority table, never by the proposer, and twice above a limit."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident import errors, i18n, privacy, recusal, timeline
from incident.accounts import Actor
from incident.alerting import requests
from incident.coordination import option_moves
from incident.db import db
from incident.errors import N_, Reason
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.resolutions import OptionApproval, OptionState, ResolutionOption
from incident.permissions import Permission
from incident.playbooks import library
from incident.playbooks.authority import Holder, Limit

NAMED_MOST = 5  # people named in a refusal; the rest are counted by their role
REASON_LONGEST = 2_000  # characters


def given(option_ids: Iterable[int]) -> list[OptionApproval]:
    """The approvals that some options have, oldest first."""
    query = select(OptionApproval).where(OptionApproval.option_id.in_(list(option_ids)))
    return list(db.session.scalars(query.order_by(OptionApproval.id)))


def who_may(incident: Incident, option: ResolutionOption) -> list[Person]:
    """Who may still approve an option: people that the table names, but not those who wrote or proposed it,
    not those who have approved it, and nobody who must stand aside."""
    out = {option.created_by_id, option.proposed_by_id, *(each.person_id for each in given([option.id]))}
    able = [each for each in holders(_rows(option)) if each.id not in out]
    aside = {each.id for each in recusal.barred(incident, able)}
    return [each for each in able if each.id not in aside]


def holders(rows: Sequence[Holder]) -> list[Person]:
    """The active people that some rows of the table mean."""
    people = db.session.scalars(
        select(Person)
        .where(Person.active, Person.role.in_({str(each.role) for each in rows}))
        .order_by(Person.id)
    )
    return [each for each in people if any(row.is_held(each.role, each.department_code) for row in rows)]


def _rows(option: ResolutionOption) -> list[Limit]:
    return library.the_authority().may(option.kind, option.amount, option.currency)


def approve(incident: Incident, option: ResolutionOption, *, by: Actor, at: datetime) -> ResolutionOption:
    """Say yes. Raises Forbidden for the proposer, for somebody whose role does not reach so far and for a
    second yes of the same person, each time naming who may; Conflict where somebody was faster."""
    person = _judge(incident, option, "approve", by=by)
    needed = option.approvals_needed or 1
    earlier = given([option.id])
    if person.id in {each.person_id for each in earlier}:
        raise errors.Forbidden(
            N_("You have approved it already; a second, different person must."),
            reasons=[who(who_may(incident, option), _rows(option))],
        )
    db.session.add(
        OptionApproval(
            option_id=option.id,
            person_id=person.id,
            proposer_id=option.proposed_by_id,
            role=person.role,
            department=person.department_code,
            at=at,
        )
    )
    count = len(earlier) + 1
    if count >= needed:
        option_moves.move(option, "approve", by=by, at=at)
        requests.close(option, at=at)
    else:
        option_moves.note(option, "approve", before=OptionState(option.state), by=by, at=at)
    incident.last_activity_at = at
    facts: dict[str, Any] = {**option_moves.named(option), "count": count, "needed": needed}
    timeline.record(incident.id, "option_approved", by=by.label, at=at, **facts)
    return option


def refuse(
    incident: Incident, option: ResolutionOption, *, reason: str, by: Actor, at: datetime
) -> ResolutionOption:
    """Say no, with the reason; whoever may approve may refuse. The proposer can answer with a new version."""
    _judge(incident, option, "refuse", by=by)
    words = privacy.redact(reason.strip())[:REASON_LONGEST]
    if not words:
        sentence = N_("Say why it is refused.")
        raise errors.Invalid(sentence, reasons=[Reason(sentence, loc=("reason",))])
    option_moves.move(option, "refuse", by=by, at=at, words=words)
    requests.close(option, at=at)
    incident.last_activity_at = at
    facts: dict[str, Any] = {**option_moves.named(option), "reason": words}
    timeline.record(incident.id, "option_refused", by=by.label, at=at, **facts)
    return option


def _judge(incident: Incident, option: ResolutionOption, act: str, *, by: Actor) -> Person:
    """Who judges, if they may: a person, not the proposer, within the limit of their role."""
    by.must(Permission.INCIDENTS_ACT)
    option_moves.must_be_open(incident)
    person = by_name(by)
    recusal.must_not_be(incident, by)
    option_moves.must_allow(option, act, by=by)
    if by.id in (option.created_by_id, option.proposed_by_id):
        raise errors.Forbidden(
            N_("Whoever proposes an option cannot approve or refuse it."),
            reasons=[who(who_may(incident, option), _rows(option))],
        )
    rows = _rows(option)
    if not any(row.is_held(person.role, person.department_code) for row in rows):
        raise errors.Forbidden(
            N_("%(role)s may not decide on %(option_kind)s (%(money)s)."),
            **{"role": str(person.role), **option_moves.named(option)},
            reasons=[who(who_may(incident, option), rows)],
        )
    return person


def by_name(by: Actor) -> Person:
    """The person that acts; raises Forbidden for a service, whose yes would be nobody's."""
    if by.id is None:
        raise errors.Forbidden(N_("Only a person can approve or refuse; use a token that acts as one."))
    return db.session.get_one(Person, by.id)


def who(people: list[Person], rows: Sequence[Holder]) -> Reason:
    """Who may, by role and by name."""
    names = "、".join(each.name for each in people[:NAMED_MOST])
    more = {"zh": " 等", "en": " and others"} if len(people) > NAMED_MOST else {"zh": "", "en": ""}
    return Reason(
        N_("These may: %(roles)s. Now: %(people)s%(more)s."),
        {
            "roles": {"zh": _roles(rows, "zh_CN", "、"), "en": _roles(rows, "en", ", ")},
            "people": names or {"zh": "无人，请联系管理员", "en": "nobody; ask an administrator"},
            "more": more,
        },
        loc=("approver",),
    )


def _roles(rows: Sequence[Holder], locale: str, between: str) -> str:
    said = []
    for row in rows:
        words = i18n.words("person_role", row.role, locale)
        if row.department:
            words += f" ({i18n.words('department', row.department, locale)})"
        up_to = getattr(row, "up_to", None)
        said.append(f"{words} ≤ {up_to:,.2f}" if up_to is not None else words)
    return between.join(said)
