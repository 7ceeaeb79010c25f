"""The evidence page of an incident: pieces, wanted proof, custody; the finding and recusal stand below."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, request
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from incident import accounts, attachments, audit, clock, errors, papers
from incident.board import access, case, evidence_view, frame, times
from incident.board.access import needs
from incident.coordination import custody, evidence, retention
from incident.coordination.evidence import About
from incident.db import unit_of_work
from incident.errors import N_, DomainError, Reason
from incident.models.evidence import EvidenceKind
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.vault import LARGEST, MIB, Attachment, Draft, Vault

bp = Blueprint("evidence", __name__)
ACT = Permission.INCIDENTS_ACT
SLUG = "evidence"
CSV = "text/csv"
FORMS: dict[str, tuple[str, Callable[[papers.Paper], bytes] | None]] = {
    "csv": (CSV, None),
    "docx": (papers.DOCX, papers.as_docx),
    "pdf": (papers.PDF, papers.as_pdf),
}


@bp.get("/incidents/<number>/evidence")
@needs(Permission.INCIDENTS_READ)
def show(number: str) -> str:
    """The whole page."""
    return draw(case.found(number))


def draw(incident: Incident, **more: Any) -> str:
    """The page, also around a refused form; `verified` are the faults that a verification found."""
    given = {"verified": None, "display": accounts.display} | more
    return case.page("case/evidence.html", incident, SLUG, view=evidence_view.of(incident), **given)


def vault() -> Vault:
    """Where files are kept."""
    found: Vault = current_app.extensions["vault"]
    return found


@bp.post("/incidents/<number>/evidence")
@needs(ACT)
@access.takes(LARGEST + MIB)
def add(number: str) -> Response:
    """Add a file, a link or a statement; a file has arrived whole before the transaction begins."""
    form, kind = request.form, request.form.get("kind", "")
    draft, fault, sent = None, None, _sent()
    if kind == EvidenceKind.FILE:
        try:
            draft = _received(sent)
        except DomainError as refused:
            fault = refused

    def act(incident: Incident) -> None:
        if fault is not None:
            raise fault
        _add(incident, kind, draft, sent, form)

    try:
        return case.do(number, act, draw, back=f"{SLUG}#pieces")
    finally:
        if draft is not None:
            vault().drop(draft)


def _sent() -> FileStorage | None:
    """The chosen file, or the photograph just taken."""
    given = [request.files.get(name) for name in ("file", "photo")]
    return next((each for each in given if each is not None and each.filename), None)


def _received(sent: FileStorage | None) -> Draft:
    if sent is None:
        sentence = N_("Choose a file or take a photograph.")
        raise errors.Invalid(sentence, reasons=[Reason(sentence, loc=("file",))])
    return vault().receive(sent.stream)


def _add(incident: Incident, kind: str, draft: Draft | None, sent: FileStorage | None, form: Any) -> None:
    task = form.get("task_id", "")
    about = About(
        form.get("description", ""), form.get("source", ""), int(task) if task.isdecimal() else None
    )
    given: dict[str, Any] = {"about": about, "by": access.actor(), "at": clock.now()}
    if draft is not None and sent is not None:
        name, claimed = sent.filename or "", sent.mimetype or None
        evidence.add_file(incident, draft, name=name, claimed=claimed, **given)
        vault().keep(draft)
    elif kind == EvidenceKind.LINK:
        evidence.add_link(incident, form.get("url", ""), **given)
    else:
        evidence.add_statement(incident, form.get("text", ""), **given)


@bp.post("/incidents/<number>/evidence/<int:evidence_id>/withdraw")
@needs(ACT)
def withdraw(number: str, evidence_id: int) -> Response:
    """Withdraw a piece with a reason."""
    reason = request.form.get("reason", "")
    return case.do(
        number,
        lambda incident: evidence.withdraw(
            incident, evidence_id, reason=reason, by=access.actor(), at=clock.now()
        ),
        draw,
        back=f"{SLUG}#piece-{evidence_id}",
    )


@bp.get("/incidents/<number>/evidence/<int:evidence_id>/content")
@needs(Permission.INCIDENTS_READ)
def download(number: str, evidence_id: int) -> Response:
    """The content as an attachment; that it was taken is audited."""
    with unit_of_work():
        incident, row = case.found(number), evidence.find(evidence_id)
        if row.incident_id != incident.id:
            raise errors.NotFound(N_("There is no such piece of evidence."))
        evidence.fetched(incident, row, by=access.actor(), at=clock.now())
    return attachments.send(custody.given_out(row, vault()))


@bp.post("/incidents/<number>/legal-hold")
@needs(Permission.INCIDENTS_COMMAND)
def hold(number: str) -> Response:
    """Keep the evidence beyond its term."""
    return _held(number, retention.place)


@bp.post("/incidents/<number>/legal-hold/lift")
@needs(Permission.INCIDENTS_COMMAND)
def lift_hold(number: str) -> Response:
    """Let the term count again."""
    return _held(number, retention.lift)


def _held(number: str, verb: Callable[..., object]) -> Response:
    given = {"reason": request.form.get("reason", ""), "by": access.actor(), "at": clock.now()}
    return case.do(number, lambda incident: verb(incident, **given), draw, back=f"{SLUG}#custody")


@bp.post("/incidents/<number>/evidence/verify")
@needs(Permission.INCIDENTS_READ)
def verify(number: str) -> str:
    """Recompute every hash, and say on the page what is missing or changed."""
    incident = case.found(number)
    evidence.must_read(incident, access.actor())
    faults = custody.verify(vault(), incident_id=incident.id)
    with unit_of_work():
        audit.record(
            "evidence.verified",
            f"incident/{incident.number}",
            by=access.actor().label,
            at=clock.now(),
            rows=len(evidence.of(incident.id)),
            faults=len(faults),
        )
    return draw(incident, verified=[Reason(each.what, each.values) for each in faults])


@bp.get("/incidents/<number>/evidence/custody.<form>")
@needs(Permission.INCIDENTS_READ)
def export(number: str, form: str) -> Response:
    """The custody list as a file; that it was taken is audited."""
    incident, at, zone = case.found(number), clock.now(), times.zone()
    evidence.must_read(incident, access.actor())
    if form not in FORMS:
        raise errors.NotFound(N_("There is no such address."))
    rows = evidence.of(incident.id)
    kind, made = FORMS[form]
    paper = custody.paper(incident, rows, at=at, locale=frame.locale(), zone=zone)
    content = made(paper) if made else custody.as_csv(rows, locale=frame.locale(), zone=zone)
    with unit_of_work():
        audit.record(
            "evidence.exported",
            f"incident/{incident.number}",
            by=access.actor().label,
            at=at,
            rows=len(rows),
            form=form,
        )
    return attachments.send(Attachment(content, f"{incident.number}-custody.{form}", kind))
