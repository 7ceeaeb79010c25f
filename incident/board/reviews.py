"""Post-mortems on the web: the list, one with all its parts, its editions, and its papers."""

from flask import Blueprint, current_app, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from incident import attachments, clock, errors, papers, prose
from incident.board import access, frame, review_view, times
from incident.db import db
from incident.errors import N_
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.reviews import Review, ReviewEdition, ReviewState, Section
from incident.permissions import Permission
from incident.reviews import action_register, invitation, paper, publishing, rights, schedule
from incident.vault import Attachment

bp = Blueprint("reviews", __name__)
READ = Permission.REVIEWS_READ
FORMS = {"pdf": (papers.PDF, papers.as_pdf), "docx": (papers.DOCX, papers.as_docx)}


@bp.get("/reviews")
@access.needs(READ)
def listing() -> str:
    """Post-mortems, the next meeting first; those to come unless others are asked for."""
    state = request.args.get("state", str(ReviewState.SCHEDULED))
    rows = schedule.listed(state=state if state in set(ReviewState) else None)
    now = clock.now()
    owners = {review.owner_id for review, _incident in rows if review.owner_id}
    people = db.session.scalars(select(Person).where(Person.id.in_(owners)))
    return render_template(
        "reviews/list.html",
        rows=rows,
        owners={person.id: person for person in people},
        overdue=sum(
            1
            for review, _incident in rows
            if review.state == ReviewState.SCHEDULED and review.due_at < now and not review.optional
        ),
        state=state,
        states=list(ReviewState),
        at=now,
    )


@bp.get("/reviews/<int:review_id>")
@access.needs(READ)
def show(review_id: int) -> str:
    """One post-mortem as it is written now."""
    return review_view.page(rights.find(review_id))


@bp.get("/reviews/<int:review_id>/editions/<int:number>")
@access.needs(READ)
def edition(review_id: int, number: int) -> str:
    """One edition as it was published."""
    review = rights.find(review_id)
    found = _edition(review, number)
    texts = {name: frame.pick(each) for name, each in found.content["sections"].items()}
    return render_template(
        "reviews/edition.html",
        review=review,
        incident=rights.incident_of(review),
        edition=found,
        content=found.content,
        html={name: prose.as_html(text) for name, text in texts.items()},
        sections=list(Section),
        rows=list(paper.tree(found.content["findings"])),
        lines=_lines(review),
    )


def _lines(review: Review) -> list[action_register.Line]:
    """Its actions as they stand now: they go on when it is published."""
    return action_register.listed(*action_register.conditions(at=clock.now(), review_id=review.id))


def _edition(review: Review, number: int) -> ReviewEdition:
    found = next((each for each in publishing.editions(review) if each.number == number), None)
    if found is None:
        raise errors.NotFound(N_("There is no such edition."))
    return found


@bp.get("/reviews/<int:review_id>/paper.<form>")
@access.needs(READ)
def as_paper(review_id: int, form: str) -> Response:
    """The present text, or with `?edition=N` that edition, as PDF or DOCX in the reader's language."""
    if form not in FORMS:
        raise errors.NotFound(N_("There is no such address."))
    review = rights.find(review_id)
    incident, wanted = rights.incident_of(review), request.args.get("edition", "")
    if wanted.isdigit():
        found = _edition(review, int(wanted))
        content, said = found.content, frame.say(N_("Edition %(number)s"), number=found.number)
    else:
        content = publishing.content(review, incident, zone=times.zone())
        said = frame.say(N_("A draft that is not published"))
    kind, made = FORMS[form]
    text = paper.build(
        content,
        [line.action for line in _lines(review)],
        locale=frame.locale(),
        zone=times.zone(),
        said=f"{said} · {times.absolute(clock.now())}",
    )
    return attachments.send(Attachment(made(text), _name(incident, form), kind))


@bp.get("/reviews/<int:review_id>/meeting.ics")
@access.needs(READ)
def meeting(review_id: int) -> Response:
    """The meeting as a calendar entry, for whoever is not invited by mail."""
    review = rights.find(review_id)
    incident, settings = rights.incident_of(review), current_app.extensions["settings"]
    content = invitation.entry(review, incident, [], at=clock.now(), url=settings.url, locale=frame.locale())
    return attachments.send(Attachment(content, f"{incident.number}-review.ics", "text/calendar"))


def _name(incident: Incident, form: str) -> str:
    return f"{incident.number}-review.{form}"
