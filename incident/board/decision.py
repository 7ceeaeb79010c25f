"""What the customer is told, on the web: the letter beside its facts, its versions, approval and proof."""

import difflib
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from incident import clock, errors, papers, privacy
from incident.board import access, acting, case, decision_typed
from incident.board.access import needs
from incident.coordination import (
    decisions,
    drafting,
    follow_ups,
    letters,
    satisfaction,
    sending,
    telling,
    wording,
)
from incident.coordination.telling import Case
from incident.db import db, unit_of_work
from incident.errors import N_
from incident.lifecycle import common, reopening
from incident.models.decisions import FollowUpKind, Letter
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission
from incident.playbooks import library

bp = Blueprint("decision", __name__)
ACT = Permission.INCIDENTS_ACT
SLUG = "decision"
MIMES = {"docx": papers.DOCX, "pdf": papers.PDF}


@dataclass(frozen=True)
class Line:
    """A line of a comparison: `added`, `taken` or `same`."""

    kind: str
    text: str


def draw(incident: Incident, **more: Any) -> str:
    """The page; `fault` and `typed` come with a refused form."""
    found = telling.cases(incident.id)
    chosen = _chosen(found)
    house = acting.house()
    present = chosen.present
    locale = present.locale if present else drafting.language(chosen, "zh_CN")
    plan = library.version(incident.plan_version_id).plan
    rows = follow_ups.of(incident.id)
    return case.page(
        "case/decision.html",
        incident,
        SLUG,
        cases=found,
        chosen=chosen,
        name=_masked_name(chosen),
        shown=_shown(chosen),
        comparison=_comparison(chosen),
        sources=drafting.sources(incident, chosen, locale=locale, rule_set=house.rule_set, at=clock.now()),
        places=letters.places(present.body) if present else [],
        warnings=wording.warnings(present.body, plan) if present else [],
        may_decide=_may_decide(chosen),
        locale_of_letter=locale,
        follow_ups=rows,
        follow_up_kinds=list(FollowUpKind),
        people=_people(chosen, [each.owner_id for each in rows]),
        rating=satisfaction.rating(incident, chosen),
        staff=decision_typed.staff(),
        channels=sending.CHANNELS,
        redact=privacy.redact,
        reopen_stages=reopening.STAGES,
        ineffective=next((each for each in reversed(rows) if each.effective is False), None),
        **more,
    )


def _chosen(found: list[Case]) -> Case:
    """The customer named in the address or in the form, or else the first who is still to be told."""
    wanted = request.values.get("complaint", type=int)
    named = next((each for each in found if each.complaint and each.complaint.id == wanted), None)
    return named or next((each for each in found if not each.told), found[0])


def _masked_name(chosen: Case) -> str:
    if chosen.complaint is None:
        return ""
    return str(chosen.complaint.masked()["customer"].get("name") or "")


def _shown(chosen: Case) -> Letter | None:
    """The version to read: the one asked for, or the one that is being worked on."""
    wanted = request.args.get("version", type=int)
    return next((each for each in chosen.letters if each.version == wanted), None) or chosen.present


def _comparison(chosen: Case) -> list[Line]:
    """What changed from one version to another, both masked."""
    by_version = {each.version: each for each in chosen.letters}
    old, new = (by_version.get(request.args.get(name, type=int) or 0) for name in ("from", "to"))
    if old is None or new is None:
        return []
    kinds = {"+ ": "added", "- ": "taken", "  ": "same"}
    compared = difflib.ndiff(
        privacy.redact(old.body).splitlines(), privacy.redact(new.body).splitlines(), charjunk=None
    )
    return [Line(kinds[each[:2]], each[2:]) for each in compared if each[:2] in kinds]


def _may_decide(chosen: Case) -> bool:
    """Whether the reader is another pair of eyes; the verb asks again."""
    by, letter = access.actor(), chosen.present
    if letter is None or not by.can(Permission.DECISIONS_APPROVE):
        return False
    return by.id not in decisions.hands(chosen)


def _people(chosen: Case, more: list[int | None]) -> dict[int, str]:
    ids = {each.approved_by_id for each in chosen.letters} | set(more)
    query = select(Person.id, Person.name).where(Person.id.in_([id_ for id_ in ids if id_]))
    return {id_: name for id_, name in db.session.execute(query)}


@bp.get("/incidents/<number>/decision")
@needs(Permission.INCIDENTS_READ)
def show(number: str) -> str:
    """The letters of an incident and what follows them."""
    return draw(case.found(number))


def _do(number: str, act: Any, anchor: str) -> Response:
    """An act on the customer that the form names."""
    about = request.form.get("complaint", type=int)

    def run(incident: Incident) -> None:
        act(incident, decisions.case_of(incident, about))

    query = f"?complaint={about}" if about else ""
    return case.do(number, run, draw, back=f"{SLUG}{query}#{anchor}")


@bp.post("/incidents/<number>/decision/draft")
@needs(ACT)
def draft(number: str) -> Response:
    """Draft the next version from the plan and the facts."""
    locale = request.form.get("locale", "zh_CN")
    house, by, at = acting.house(), access.actor(), clock.now()

    def act(incident: Incident, chosen: Case) -> None:
        known = locale if locale in decisions.LOCALES else "zh_CN"
        text = drafting.draft(
            incident, chosen, locale=known, rule_set=house.rule_set, zone=house.zone, by=by, at=at
        )
        seen = request.form.get("seen", type=int)
        decisions.write(incident, chosen, text, locale=locale, drafted=True, seen=seen, by=by, at=at)

    return _do(number, act, "letter")


@bp.post("/incidents/<number>/decision/write")
@needs(ACT, Permission.COMPLAINTS_REVEAL)
def write(number: str) -> Response:
    """Keep what was written as the next version, and submit it where that was pressed."""
    form, by, at = request.form, access.actor(), clock.now()

    def act(incident: Incident, chosen: Case) -> None:
        decisions.write(
            incident,
            chosen,
            form.get("text", ""),
            locale=form.get("locale", ""),
            seen=form.get("seen", type=int),
            by=by,
            at=at,
        )
        if form.get("submit"):
            about = chosen.complaint.id if chosen.complaint else None
            decisions.submit(incident, decisions.case_of(incident, about), by=by, at=at)

    return _do(number, act, "letter")


@bp.post("/incidents/<number>/decision/submit")
@needs(ACT)
def submit(number: str) -> Response:
    """Ask for approval of the version as it stands."""
    by, at = access.actor(), clock.now()
    return _do(number, lambda incident, chosen: decisions.submit(incident, chosen, by=by, at=at), "letter")


@bp.post("/incidents/<number>/decision/approve")
@needs(ACT, Permission.DECISIONS_APPROVE)
def approve(number: str) -> Response:
    """Approve it, as somebody else."""
    note, by, at = request.form.get("note", ""), access.actor(), clock.now()
    return _do(
        number,
        lambda incident, chosen: decisions.approve(incident, chosen, note=note, by=by, at=at),
        "letter",
    )


@bp.post("/incidents/<number>/decision/return")
@needs(ACT, Permission.DECISIONS_APPROVE)
def send_back(number: str) -> Response:
    """Return it to its writer."""
    reason, by, at = request.form.get("reason", ""), access.actor(), clock.now()
    return _do(
        number,
        lambda incident, chosen: decisions.send_back(incident, chosen, reason=reason, by=by, at=at),
        "letter",
    )


@bp.post("/incidents/<number>/decision/sent")
@needs(ACT)
def sent(number: str) -> Response:
    """A person has sent it; here is the proof."""
    form, by, at = request.form, access.actor(), clock.now()

    def act(incident: Incident, chosen: Case) -> None:
        how = sending.Sending(
            form.get("channel", ""), form.get("proof", ""), decision_typed.moment("sent_at") or at
        )
        sending.sent(incident, chosen, how, by=by, at=at, calendar=acting.house().calendar)

    return _do(number, act, "letter")


@bp.post("/incidents/<number>/decision/withdraw")
@needs(ACT)
def withdraw(number: str) -> Response:
    """The customer withdrew the complaint."""
    form, by, at = request.form, access.actor(), clock.now()

    def act(incident: Incident, chosen: Case) -> None:
        received = decision_typed.moment("received_at") or at
        sending.withdraw(incident, chosen, proof=form.get("proof", ""), received_at=received, by=by, at=at)

    return _do(number, act, "letter")


@bp.post("/incidents/<number>/decision/file")
@needs(Permission.COMPLAINTS_REVEAL)
def take_out(number: str) -> Response:
    """The approved letter as a file, with the customer's name in it; the audit log keeps who took it out."""
    kind = request.form.get("kind", "")
    if kind not in MIMES:
        raise errors.NotFound(N_("There is no such file."))
    with unit_of_work():
        incident = common.by_number(number)
        letter = _letter(incident, request.form.get("letter", type=int))
        text = sending.taken_out(incident, letter, kind=kind, by=access.actor(), at=clock.now())
        paper, name = sending.paper(incident, letter, text), f"{incident.number}-v{letter.version}.{kind}"
    body = papers.as_docx(paper) if kind == "docx" else papers.as_pdf(paper)  # drawn with nothing locked
    answer: Response = current_app.response_class(body, mimetype=MIMES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _letter(incident: Incident, id_: int | None) -> Letter:
    """A letter of one of the incident's customers, also where the complaint came from another incident."""
    mine = (each for case_ in telling.cases(incident.id) for each in case_.letters)
    found = next((each for each in mine if each.id == id_), None)
    if found is None:
        raise errors.NotFound(N_("There is no such letter on this incident."))
    return found
