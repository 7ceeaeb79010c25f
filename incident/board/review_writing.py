"""Writing a post-mortem on the web: sections with preview and conflict, key events, whys, signatures."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from incident import accounts, clock, errors, prose
from incident.board import access, acting, frame, review_view, times
from incident.board.review_view import do
from incident.db import db, unit_of_work
from incident.errors import N_, DomainError, NotFound, Reason
from incident.models.people import Person
from incident.models.reviews import Review, Section
from incident.permissions import Permission
from incident.reviews import (
    actions,
    blameless,
    findings,
    key_events,
    meeting,
    publishing,
    record,
    rights,
    sections,
    signing,
)
from incident.reviews.actions import Wanted

bp = Blueprint("review_writing", __name__)
READ, WRITE = Permission.REVIEWS_READ, Permission.REVIEWS_WRITE
ROOT = "/reviews/<int:review_id>"


def _who() -> dict[str, Any]:
    return {"by": access.actor(), "at": clock.now()}


def _cast(review: Review) -> blameless.Cast:
    return blameless.cast(rights.incident_of(review), owner_id=review.owner_id)


@bp.get(f"{ROOT}/sections/<name>")
@access.needs(READ)
def section(review_id: int, name: str) -> str:
    """A section in its editor, with its versions."""
    return _editor(rights.find(review_id), sections.known(name))


def _editor(review: Review, name: Section, **more: Any) -> str:
    incident = rights.incident_of(review)
    written = sections.of(review, record.gather(incident), locale=frame.locale(), zone=times.zone())[name]
    given = {"fault": None, "text": written.text, "preview": None, "theirs": None, "named": []} | more
    return render_template(
        "reviews/section.html",
        review=review,
        incident=incident,
        written=written,
        name=name,
        history=sections.history(review, name),
        writing=review_view.can_write(review),
        who=accounts.display,
        by=access.actor(),
        html=prose.as_html,
        **given,
    )


@bp.post(f"{ROOT}/sections/<name>")
@access.needs(WRITE)
def save(review_id: int, name: str) -> Response:
    """Save, or only show what it would look like; where somebody else saved first, both texts are shown."""
    form, wanted = request.form, sections.known(name)
    text, version = form.get("text", ""), form.get("version", "")
    if form.get("act") == "preview":
        review = rights.find(review_id)
        return make_response(_editor(review, wanted, text=text, preview=prose.as_html(text)))
    try:
        with unit_of_work():
            review = rights.find(review_id)
            sections.save(
                review,
                wanted,
                text,
                version=int(version) if version.isdigit() else -1,
                cast=_cast(review),
                names_ok=form.get("names_ok") == "1",
                **_who(),
            )
    except NotFound:
        raise
    except errors.Stale as stale:
        page = _editor(rights.find(review_id), wanted, fault=stale, text=text, theirs=stale.current)
        return make_response(page, stale.status)
    except DomainError as fault:
        review = rights.find(review_id)
        named = _cast(review).named(text)
        return make_response(_editor(review, wanted, fault=fault, text=text, named=named), fault.status)
    return redirect(f"/reviews/{review_id}#{wanted}", HTTPStatus.SEE_OTHER)


@bp.get(f"{ROOT}/events")
@access.needs(READ)
def events(review_id: int) -> str:
    """Every event of the record, to choose the key events from."""
    review = rights.find(review_id)
    incident = rights.incident_of(review)
    return render_template(
        "reviews/events.html",
        review=review,
        incident=incident,
        events=key_events.of(review, incident, _cast(review), everything=True),
        writing=review_view.can_write(review),
    )


@bp.post(f"{ROOT}/events")
@access.needs(WRITE)
def choose(review_id: int) -> Response:
    """Keep what was chosen."""
    form = request.form
    return do(
        review_id,
        lambda review: key_events.choose(
            review, shown=_ids(form.getlist("shown")), chosen=_ids(form.getlist("chosen")), by=access.actor()
        ),
        back="#timeline",
    )


def _ids(given: list[str]) -> list[int]:
    return [int(each) for each in given if each.isdecimal() and len(each) < 10]


def _one(name: str) -> int | None:
    return next(iter(_ids([request.form.get(name, "")])), None)


@bp.post(f"{ROOT}/findings")
@access.needs(WRITE)
def add_finding(review_id: int) -> Response:
    """An answer to a why."""
    form = request.form
    return do(
        review_id,
        lambda review: findings.add(
            review,
            form.get("text", ""),
            parent_id=_one("parent"),
            category=form.get("category") or None,
            step=form.get("step") or None,
            names_ok=form.get("names_ok") == "1",
            cast=_cast(review),
            **_who(),
        ),
        back="#causes",
    )


@bp.post(f"{ROOT}/findings/<int:finding_id>")
@access.needs(WRITE)
def change_finding(review_id: int, finding_id: int) -> Response:
    """Change an answer, or withdraw it."""
    form = request.form

    def act(review: Review) -> None:
        row = findings.find(finding_id)
        if row.review_id != review.id:
            raise errors.NotFound(N_("There is no such finding."))
        if form.get("act") == "withdraw":
            findings.withdraw(row, review, **_who())
            return
        findings.change(
            row,
            review,
            text=form.get("text", ""),
            category=form.get("category") or None,
            step=form.get("step") or None,
            version=_one("version") or 0,
            names_ok=form.get("names_ok") == "1",
            cast=_cast(review),
            by=access.actor(),
        )

    return do(review_id, act, back="#causes")


@bp.post(f"{ROOT}/meeting")
@access.needs(WRITE)
def move(review_id: int) -> Response:
    """Another time or place, or that it was held."""
    form, calendar = request.form, acting.house().calendar

    def act(review: Review) -> None:
        if form.get("act") == "held":
            meeting.held(review, calendar=calendar, **_who())
            return
        to = times.asked(form.get("meets_at", ""), "meets_at")
        meeting.move(
            review,
            to=to or review.meets_at,
            place=form.get("place", ""),
            reason=form.get("reason", ""),
            calendar=calendar,
            **_who(),
        )

    return do(review_id, act, back="#meeting")


@bp.post(f"{ROOT}/owner")
@access.needs(WRITE)
def hand_over(review_id: int) -> Response:
    """Hand it to another owner."""

    def act(review: Review) -> None:
        meeting.hand_over(review, person("to"), note=request.form.get("note", ""), **_who())

    return do(review_id, act, back="#meeting")


def person(name: str) -> Person:
    """The person that a form chose; raises Invalid at that field."""
    found = db.session.get(Person, _one(name) or 0)
    if found is None:
        said = N_("Choose a person.")
        raise errors.Invalid(said, reasons=[Reason(said, loc=(name,))])
    return found


@bp.post(f"{ROOT}/sign-off")
@access.needs(READ)
def sign_off(review_id: int) -> Response:
    """Sign the present text."""
    role = request.form.get("role") or None
    return do(review_id, lambda review: signing.sign_off(review, role=role, **_who()), back="#signatures")


@bp.post(f"{ROOT}/publish")
@access.needs(WRITE)
def publish(review_id: int) -> Response:
    """Publish, or open a published one again."""
    form, zone = request.form, acting.house().zone

    def act(review: Review) -> None:
        if form.get("act") == "amend":
            publishing.amend(review, reason=form.get("reason", ""), **_who())
        else:
            publishing.publish(review, zone=zone, **_who())

    return do(review_id, act, back="#signatures")


@bp.post(f"{ROOT}/actions")
@access.needs(WRITE)
def add_action(review_id: int) -> Response:
    """A corrective action."""
    form = request.form

    def act(review: Review) -> None:
        wanted = Wanted(
            form.get("kind", ""),
            form.get("title", ""),
            form.get("detail", ""),
            person("owner") if form.get("owner") else None,
            times.end_of_day(form.get("due_on", ""), "due_at"),
            _one("finding"),
        )
        actions.add(review, wanted, calendar=acting.house().calendar, **_who())

    return do(review_id, act, back="#actions")
