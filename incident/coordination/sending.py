"""Telling the customer: the letter a person sent with its proof, the withdrawal, and the text for a file."""

from dataclasses import dataclass
from datetime import datetime

from incident import audit, clocks, errors, papers, timeline
from incident.accounts import Actor
from incident.calendars import WorkingCalendar
from incident.coordination import decisions, feedback, follow_ups, letters, telling
from incident.coordination.telling import Case
from incident.db import db
from incident.errors import N_, Reason
from incident.models.complaints import Complaint
from incident.models.decisions import Letter, LetterState, Withdrawal
from incident.models.evidence import Evidence
from incident.models.incidents import Incident
from incident.permissions import Permission

PROOF_LONGEST = 2_000  # characters
CHANNELS = ("letter", "email", "app", "branch", "hotline", "other")  # how a decision reaches a customer


@dataclass(frozen=True)
class Sending:
    """How a letter reached the customer: the channel, when, and what proves it: words, or a piece of evidence
    of the incident by its number."""

    channel: str
    proof: str
    at: datetime
    evidence: int | None = None


def sent(
    incident: Incident, case: Case, how: Sending, *, by: Actor, at: datetime, calendar: WorkingCalendar
) -> Letter:
    """Note that a person has sent the approved letter, and what proves it: nothing is sent from here.

    Once nobody of the incident is left to be told, its feedback is done and the clocks of the decision end.
    """
    decisions.may_work(incident, case, by)
    letter = decisions.present(case, LetterState.APPROVED)
    proof = _proof(incident, how)
    if how.channel not in CHANNELS:
        raise errors.Invalid(
            N_("There is no channel “%(value)s”."),
            value=how.channel,
            reasons=[Reason(N_("Use one of %(values)s."), {"values": ", ".join(CHANNELS)}, ("channel",))],
        )
    if how.at > at or (letter.approved_at and how.at < letter.approved_at):
        said = N_("It was sent after the approval and not in the future.")
        raise errors.Invalid(said, reasons=[Reason(said, loc=("at",))])
    decisions.turn(
        letter,
        LetterState.SENT,
        sent_at=how.at,
        sent_by=by.label,
        sent_channel=how.channel,
        content={**letter.content, "proof": proof, "evidence": how.evidence},
    )
    timeline.record(
        incident.id,
        "decision_sent",
        by=by.label,
        at=at,
        complaint=case.name(incident),
        version=letter.version,
        sent_by=how.channel,
    )
    decisions.touch(incident, at)
    follow_ups.plan_call_back(incident, case, told_at=how.at, by=by, at=at, calendar=calendar)
    _when_all_told(incident, proof=proof, by=by, at=at)
    return letter


def _proof(incident: Incident, how: Sending) -> str:
    piece = db.session.get(Evidence, how.evidence) if how.evidence is not None else None
    if how.evidence is not None and (piece is None or piece.incident_id != incident.id or piece.withdrawn_at):
        said = N_("There is no such piece of evidence on this incident.")
        raise errors.Invalid(said, reasons=[Reason(said, loc=("evidence",))])
    if piece is not None and not how.proof.strip():
        return f"SHA-256 {piece.sha256}"
    empty = N_("Say what proves the delivery.")
    return decisions.words(how.proof, "proof", empty, PROOF_LONGEST, redacted=False)


def withdraw(
    incident: Incident, case: Case, *, proof: str, received_at: datetime, by: Actor, at: datetime
) -> Withdrawal:
    """Note that the customer withdrew the complaint: its procedure ends the day it is received (facts C7)."""
    decisions.may_work(incident, case, by)
    if case.complaint is None:
        raise errors.Refused(N_("This incident has no complaint that could be withdrawn."))
    if case.sent is not None:
        raise errors.Refused(N_("The decision was sent already; there is nothing left to withdraw."))
    words = decisions.words(
        proof, "proof", N_("Say what proves the withdrawal."), PROOF_LONGEST, redacted=False
    )
    if received_at > at:
        said = N_("This time lies in the future.")
        raise errors.Invalid(said, reasons=[Reason(said, loc=("received_at",))])
    for each in case.letters:
        if each.state in decisions.OPEN:
            each.state = LetterState.SUPERSEDED
    found = Withdrawal(
        incident_id=incident.id,
        complaint_id=case.complaint.id,
        round=case.round,
        received_at=received_at,
        content={"proof": words},
        recorded_at=at,
        recorded_by=by.label,
    )
    db.session.add(found)
    db.session.flush()
    timeline.record(
        incident.id,
        "complaint_withdrawn",
        by=by.label,
        at=at,
        complaint=case.name(incident),
        received=received_at.isoformat(),
    )
    decisions.touch(incident, at)
    clocks.happened(incident, "withdrawn", by=by, at=at, since=received_at)
    _when_all_told(incident, proof=words, by=by, at=at)
    return found


def _when_all_told(incident: Incident, *, proof: str, by: Actor, at: datetime) -> None:
    """The feedback step and the clocks follow the letters; where all withdrew, nothing was owed."""
    cases = telling.cases(incident.id)
    if not all(each.told for each in cases):
        return
    if any(each.sent for each in cases):
        feedback.told(incident, proof=proof, by=by, at=at)
    else:
        feedback.withdrawn(incident, reason=proof, by=by, at=at)


def taken_out(incident: Incident, letter: Letter, *, kind: str, by: Actor, at: datetime) -> str:
    """The text of an approved letter with the customer's name in it, for a file to be sent.

    It is personal data, revealed on purpose because it is the letter; the audit log keeps who took it out.
    Raises Refused for a version that nobody has approved.
    """
    by.must(Permission.COMPLAINTS_REVEAL)
    if letter.state not in (LetterState.APPROVED, LetterState.SENT):
        raise errors.Refused(N_("Only an approved letter can be taken out."))
    complaint = db.session.get(Complaint, letter.complaint_id) if letter.complaint_id else None
    name = str((complaint.personal.get("customer") or {}).get("name") or "") if complaint else ""
    audit.record(
        "letters.taken_out",
        f"letter/{letter.id}",
        by=by.label,
        at=at,
        field=kind,
        number=incident.number,
        version=letter.version,
    )
    return letters.addressed(letter.body, name, letter.locale)


def paper(incident: Incident, letter: Letter, text: str) -> papers.Paper:
    """The letter on paper: its own first line as the title where it is one; a drill's is marked as such."""
    zh = letter.locale.startswith("zh")
    lines = text.split("\n")
    titled = len(lines) > 1 and not lines[1].strip() and not lines[0].rstrip().endswith(("：", ":", ","))
    title = lines[0].strip() if titled else ("投诉处理决定" if zh else "Decision on your complaint")
    if incident.drill:
        title = f"{'【演练】' if zh else '[DRILL] '}{title}"
    blocks: list[papers.Block] = [
        papers.Paragraph(each) for each in (lines[2:] if titled else lines) if each.strip()
    ]
    return papers.Paper(title, letter.locale, blocks)
