"""Calls that write a post-mortem: sections, key events, findings, its meeting, signatures, publication."""

import re
from typing import Any

from flask import request

from incident import errors
from incident.api import acts, answered_reviews, asked_reviews, review_lines
from incident.api.door import CREATED, OK
from incident.api.registry import Answer, Ask, call
from incident.errors import N_
from incident.lifecycle import common
from incident.models.reviews import Review
from incident.permissions import Permission
from incident.reviews import (
    blameless,
    findings,
    key_events,
    meeting,
    publishing,
    rights,
    schedule,
    sections,
    signing,
)
from incident.reviews.blameless import Cast

TAG = N_("Writing post-mortems")
WRITE: dict[str, Any] = {"tag": TAG, "needs": Permission.REVIEWS_WRITE}
WHOLE: dict[str, Any] = {"answers": {OK: answered_reviews.Review}}


def _whole(review: Review, ask: Ask, status: int = OK) -> Answer:
    return Answer(status, lambda: review_lines.whole(review, ask))


def _cast(review: Review) -> Cast:
    return blameless.cast(rights.incident_of(review), owner_id=review.owner_id)


def _version() -> int:
    """The version in `If-Match`; raises NeedsVersion without one. No number matches none."""
    given = request.headers.get("If-Match", "").strip()
    if not given or given == "*":
        raise errors.NeedsVersion(N_('Send If-Match with the version that you changed, like "3".'))
    found = re.fullmatch(r'(?:W/)?"?(\d{1,9})"?', given)
    return int(found[1]) if found else -1


def _tagged(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"'}


@call(
    "PATCH",
    "/reviews/{id}/sections/{name}",
    summary=N_("Save a section; both texts are kept where somebody else saved first"),
    body=asked_reviews.SaveSection,
    answers={OK: answered_reviews.SectionText},
    if_match=True,
    **WRITE,
)
def save_section(ask: Ask, *, id: int, name: str) -> Answer:
    """`If-Match` names the version that was changed; 0 is the draft."""
    wanted: asked_reviews.SaveSection = ask.body
    review, section = rights.find(id), sections.known(name)
    saved = sections.save(
        review,
        section,
        wanted.text,
        version=_version(),
        cast=_cast(review),
        by=ask.by,
        at=ask.at,
        names_ok=wanted.names_ok,
    )
    return Answer(OK, review_lines.section(saved), _tagged(saved.version))


@call(
    "POST",
    "/reviews/{id}/events",
    summary=N_("Choose the key events of the timeline"),
    body=asked_reviews.ChooseEvents,
    **WRITE,
    **WHOLE,
)
def choose_events(ask: Ask, *, id: int) -> Answer:
    """Events that were not shown stay as they are."""
    wanted: asked_reviews.ChooseEvents = ask.body
    review = rights.find(id)
    key_events.choose(review, shown=wanted.shown, chosen=wanted.chosen, by=ask.by)
    return _whole(review, ask)


@call(
    "POST",
    "/reviews/{id}/findings",
    summary=N_("Add an answer to a why"),
    body=asked_reviews.WriteFinding,
    answers={CREATED: answered_reviews.ReviewFinding},
    **WRITE,
)
def add_review_finding(ask: Ask, *, id: int) -> Answer:
    """With a category it is a cause."""
    wanted: asked_reviews.WriteFinding = ask.body
    review = rights.find(id)
    row = findings.add(
        review,
        wanted.text,
        parent_id=wanted.parent,
        category=wanted.category,
        step=wanted.step,
        names_ok=wanted.names_ok,
        cast=_cast(review),
        by=ask.by,
        at=ask.at,
    )
    return Answer(CREATED, review_lines.finding(row), _tagged(row.version))


@call(
    "PATCH",
    "/findings/{id}",
    summary=N_("Change a finding"),
    body=asked_reviews.ChangeFinding,
    answers={OK: answered_reviews.ReviewFinding},
    if_match=True,
    **WRITE,
)
def change_review_finding(ask: Ask, *, id: int) -> Answer:
    """`If-Match` names the version that was changed."""
    wanted: asked_reviews.ChangeFinding = ask.body
    row = findings.find(id)
    review = rights.find(row.review_id)
    findings.change(
        row,
        review,
        text=wanted.text,
        category=wanted.category,
        step=wanted.step,
        version=_version(),
        names_ok=wanted.names_ok,
        cast=_cast(review),
        by=ask.by,
    )
    return Answer(OK, review_lines.finding(row), _tagged(row.version))


@call(
    "DELETE",
    "/findings/{id}",
    summary=N_("Withdraw a finding; its id stays"),
    answers={OK: answered_reviews.ReviewFinding},
    **WRITE,
)
def withdraw_review_finding(ask: Ask, *, id: int) -> Answer:
    """Actions and changes of plans may still point to it."""
    row = findings.find(id)
    findings.withdraw(row, rights.find(row.review_id), by=ask.by, at=ask.at)
    return Answer(OK, review_lines.finding(row))


@call(
    "POST",
    "/reviews/{id}/meeting",
    summary=N_("Move the meeting"),
    body=asked_reviews.MoveMeeting,
    **WRITE,
    **WHOLE,
)
def move_meeting(ask: Ask, *, id: int) -> Answer:
    """Invitations go out again."""
    wanted: asked_reviews.MoveMeeting = ask.body
    review = rights.find(id, lock=True)
    meeting.move(
        review,
        to=wanted.meets_at,
        place=wanted.place,
        reason=wanted.reason,
        by=ask.by,
        at=ask.at,
        calendar=ask.house.calendar,
    )
    return _whole(review, ask)


@call("POST", "/reviews/{id}/held", summary=N_("Note that the meeting was held"), **WRITE, **WHOLE)
def hold_review(ask: Ask, *, id: int) -> Answer:
    """From now on it can be signed."""
    review = rights.find(id, lock=True)
    return _whole(meeting.held(review, by=ask.by, at=ask.at, calendar=ask.house.calendar), ask)


@call(
    "POST",
    "/reviews/{id}/hand_over",
    summary=N_("Hand a post-mortem to another owner"),
    body=asked_reviews.HandReviewOver,
    **WRITE,
    **WHOLE,
)
def hand_over_review(ask: Ask, *, id: int) -> Answer:
    """They are told at once."""
    wanted: asked_reviews.HandReviewOver = ask.body
    review = rights.find(id, lock=True)
    to = acts.person(wanted.to, "to")
    return _whole(meeting.hand_over(review, to, note=wanted.note, by=ask.by, at=ask.at), ask)


@call(
    "POST",
    "/reviews/{id}/sign_off",
    summary=N_("Sign the present text in a role"),
    body=asked_reviews.SignReview,
    tag=TAG,
    needs=Permission.REVIEWS_READ,
    **WHOLE,
)
def sign_off_review(ask: Ask, *, id: int) -> Answer:
    """Any change of the text afterwards ends the signature."""
    wanted: asked_reviews.SignReview = ask.body
    review = rights.find(id, lock=True)
    signing.sign_off(review, role=wanted.role, by=ask.by, at=ask.at)
    return _whole(review, ask)


@call("POST", "/reviews/{id}/publish", summary=N_("Publish a post-mortem"), **WRITE, **WHOLE)
def publish_review(ask: Ask, *, id: int) -> Answer:
    """Refused with the list of what is missing."""
    review = rights.find(id, lock=True)
    publishing.publish(review, by=ask.by, at=ask.at, zone=ask.house.zone)
    return _whole(review, ask)


@call(
    "POST",
    "/reviews/{id}/amend",
    summary=N_("Open a published post-mortem again, with a reason"),
    body=asked_reviews.Amend,
    **WRITE,
    **WHOLE,
)
def amend_review(ask: Ask, *, id: int) -> Answer:
    """The edition that is out stays readable."""
    wanted: asked_reviews.Amend = ask.body
    review = rights.find(id, lock=True)
    return _whole(publishing.amend(review, reason=wanted.reason, by=ask.by, at=ask.at), ask)


@call(
    "POST",
    "/incidents/{number}/review",
    summary=N_("Ask for a post-mortem of an incident"),
    body=asked_reviews.AskFor,
    **WRITE,
    **WHOLE,
)
def ask_for_review(ask: Ask, *, number: str) -> Answer:
    """One that is optional becomes a duty."""
    wanted: asked_reviews.AskFor = ask.body
    incident = common.by_number(number, lock=True)
    review = schedule.ask(incident, wanted.trigger, by=ask.by, at=ask.at, calendar=ask.house.calendar)
    return _whole(review, ask)
