"""What the page of a post-mortem shows, and the one way to act on it and come back."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import make_response, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from incident import accounts, clock, prose
from incident.board import access, frame, times
from incident.db import db, unit_of_work
from incident.errors import DomainError, NotFound
from incident.models.actions import ActionKind
from incident.models.people import Person
from incident.models.plans import ChangeOrigin
from incident.models.reviews import CauseCategory, Review, ReviewState, Section
from incident.permissions import Permission
from incident.plan_changes import moves
from incident.reviews import (
    action_register,
    blameless,
    findings,
    invitation,
    key_events,
    publishing,
    record,
    rights,
    sections,
    signing,
)

PEOPLE = 500  # offered in the list of owners
Act = Callable[[Review], object]


@dataclass(frozen=True)
class Part:
    """A section as the page draws it: its text made safe markup."""

    written: sections.Written
    html: str


def page(review: Review, **more: Any) -> str:
    """The page; `fault` and `typed` come with a refused form."""
    incident = rights.incident_of(review)
    facts = record.gather(incident)
    written = sections.of(review, facts, locale=frame.locale(), zone=times.zone())
    lines = action_register.listed(*action_register.conditions(at=clock.now(), review_id=review.id))
    causes = findings.of(review)
    given = {"fault": None, "typed": {}} | more
    me = access.me()
    return render_template(
        "reviews/show.html",
        review=review,
        incident=incident,
        facts=facts,
        parts={str(name): Part(each, prose.as_html(each.text)) for name, each in written.items()},
        sections=list(Section),
        events=key_events.of(review, incident, blameless.cast(incident, owner_id=review.owner_id)),
        tree=findings.tree(review),
        causes=causes,
        requests={
            str(origin): moves.from_origins(origin, ids)
            for origin, ids in (
                (ChangeOrigin.REVIEW, [review.id]),
                (ChangeOrigin.FINDING, [row.id for row in causes]),
                (ChangeOrigin.ACTION, [line.action.id for line in lines]),
            )
        },
        steps=findings.steps(review),
        lines=lines,
        categories=list(CauseCategory),
        kinds=list(ActionKind),
        needed=signing.needed(incident),
        signed=signing.signed(review),
        open_to=signing.open_to(review, incident, me),
        missing=publishing.missing(review) if review.state != ReviewState.COMPLETED else [],
        editions=publishing.editions(review),
        people=people(),
        owner=db.session.get(Person, review.owner_id) if review.owner_id else None,
        signers=signer_names(review),
        invited=invitation.invited(review, incident),
        agenda=invitation.agenda(frame.locale()),
        writing=can_write(review),
        leading=can_lead(review, incident.drill),
        who=accounts.display,
        **given,
    )


def people() -> list[Person]:
    """Those who may lead a post-mortem or own an action."""
    rows = db.session.scalars(
        select(Person).where(Person.active).order_by(Person.department_code, Person.name).limit(PEOPLE)
    )
    return [person for person in rows if rights.able(person)]


def signer_names(review: Review) -> dict[int, str]:
    """The names of whoever signed the present text, by id."""
    ids = [row.person_id for row in signing.signed(review).values()]
    return {row.id: row.name for row in db.session.scalars(select(Person).where(Person.id.in_(ids)))}


def can_write(review: Review) -> bool:
    """Whether the text can be changed now, by the reader."""
    return review.state != ReviewState.COMPLETED and access.can(Permission.REVIEWS_WRITE)


def can_lead(review: Review, drill: bool) -> bool:
    """Whether the reader may move, hand on, publish and amend it."""
    if not access.can(Permission.REVIEWS_WRITE):
        return False
    needed = Permission.DRILLS_MANAGE if drill else Permission.INCIDENTS_COMMAND
    return access.actor().id == review.owner_id or access.can(needed)


def do(review_id: int, act: Act, *, back: str = "", draw: Callable[..., str] | None = None) -> Response:
    """Do one act in one transaction, then go `back` (an anchor, or a path below the page).

    A refused act changes nothing: the page comes again with the sentence on top and what was typed.
    """
    try:
        with unit_of_work():
            act(rights.find(review_id, lock=True))
    except NotFound:
        raise
    except DomainError as fault:
        text = (draw or page)(rights.find(review_id), fault=fault, typed=request.form)
        return make_response(text, fault.status)
    return redirect(f"/reviews/{review_id}{back}", HTTPStatus.SEE_OTHER)
