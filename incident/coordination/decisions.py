"""The decision letter on its way: written, submitted, approved by somebody else or returned."""

from datetime import datetime
from typing import Any

from sqlalchemy import update

from incident import errors, privacy, recusal, timeline
from incident.accounts import Actor
from incident.alerting import outbox
from incident.coordination import finding, letters, telling, wording
from incident.coordination.telling import Case
from incident.db import db
from incident.errors import N_, Reason
from incident.models.decisions import Letter, LetterState
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission
from incident.playbooks import library

TEXT_LONGEST, NOTE_LONGEST = 20_000, 2_000  # characters
LOCALES = ("zh_CN", "en")
OPEN = (LetterState.DRAFT, LetterState.SUBMITTED, LetterState.RETURNED, LetterState.APPROVED)


def case_of(incident: Incident, complaint_id: int | None) -> Case:
    """One customer's part; without a complaint named, the only one. Raises Invalid, or NotFound."""
    found = telling.cases(incident.id)
    if complaint_id is None:
        if len(found) == 1:
            return found[0]
        said = N_("Name the complaint: this incident has %(count)s.")
        raise errors.Invalid(
            said, count=len(found), reasons=[Reason(said, {"count": len(found)}, ("complaint",))]
        )
    for each in found:
        if each.complaint is not None and each.complaint.id == complaint_id:
            return each
    raise errors.NotFound(N_("There is no such complaint on this incident."))


def write(
    incident: Incident,
    case: Case,
    text: str,
    *,
    locale: str,
    by: Actor,
    at: datetime,
    drafted: bool = False,
    seen: int | None = None,
) -> Letter:
    """Write the next version of a letter; earlier ones that were not sent are superseded.

    `seen` is the version the writer looked at (0: none): another one there now raises Conflict. Raises
    Invalid where the text is empty, too long or names an internal label.
    """
    may_work(incident, case, by)
    _still(case, seen)
    body = _checked(text, locale)
    for each in case.letters:
        if each.state in OPEN:
            each.state = LetterState.SUPERSEDED
    db.session.flush()
    letter = Letter(
        incident_id=incident.id,
        complaint_id=case.complaint.id if case.complaint else None,
        version=max((each.version for each in case.letters), default=0) + 1,
        round=case.round,
        locale=locale,
        content={"text": body},
        drafted=drafted,
        written_at=at,
        written_by=by.label,
        written_by_id=by.id,
    )
    db.session.add(letter)
    db.session.flush()
    timeline.record(
        incident.id,
        "letter_written",
        by=by.label,
        at=at,
        complaint=case.name(incident),
        version=letter.version,
    )
    touch(incident, at)
    return letter


def may_work(incident: Incident, case: Case, by: Actor) -> None:
    """Raise where nothing can be done: no permission, the incident over, the complaint withdrawn."""
    by.must(Permission.INCIDENTS_ACT)
    if not incident.is_open:
        raise errors.Refused(N_("The incident is no longer open."))
    recusal.must_not_be(incident, by)
    if case.withdrawal is not None:
        raise errors.Refused(N_("This complaint was withdrawn; no decision is due on it."))


def _still(case: Case, seen: int | None) -> None:
    newest = case.letters[-1] if case.letters else None
    if seen is None or seen == (newest.version if newest else 0) or newest is None:
        return
    raise errors.Conflict(
        N_("%(name)s wrote version %(version)s meanwhile; look at it and write again."),
        name=newest.written_by.rsplit("/", 1)[-1],
        version=newest.version,
    )


def _checked(text: str, locale: str) -> str:
    body = text.replace("\r\n", "\n").strip()
    faults = [*wording.label_faults(body, library.the_authority().proxy_label.words)]
    if locale not in LOCALES:
        faults.append(Reason(N_("Use zh_CN or en."), loc=("locale",)))
    if not body:
        faults.append(Reason(N_("The letter is empty."), loc=("text",)))
    if len(body) > TEXT_LONGEST:
        faults.append(Reason(N_("At most %(most)s characters."), {"most": TEXT_LONGEST}, ("text",)))
    if faults:
        raise errors.Invalid(N_("The letter cannot be kept like this."), reasons=faults)
    return body


def submit(incident: Incident, case: Case, *, by: Actor, at: datetime) -> Letter:
    """Ask for approval of the present version; raises Refused while something in it is still to be filled."""
    may_work(incident, case, by)
    letter = present(case, LetterState.DRAFT, LetterState.RETURNED)
    left = letters.places(letter.body)
    if left:
        raise errors.Refused(
            N_("The letter still has places to fill in."),
            reasons=[
                Reason(N_("Fill in “%(place)s”."), {"place": each or "…"}, ("text",), href="#letter")
                for each in left
            ],
        )
    turn(letter, LetterState.SUBMITTED, submitted_at=at, submitted_by_id=by.id)
    timeline.record(
        incident.id,
        "letter_submitted",
        by=by.label,
        at=at,
        complaint=case.name(incident),
        version=letter.version,
    )
    touch(incident, at)
    return letter


def approve(incident: Incident, case: Case, *, note: str = "", by: Actor, at: datetime) -> Letter:
    """Approve the submitted version, which is frozen with it.

    Raises Forbidden where the approver wrote or submitted any version of this round, Refused where no finding
    is recorded, and Invalid where the text has warnings and no note says why it stands.
    """
    _may_decide(incident, case, by)
    letter = present(case, LetterState.SUBMITTED)
    unfound = finding.missing(incident)
    if unfound:
        raise errors.Refused(
            N_("A decision is approved only once it is recorded what was found."), reasons=unfound
        )
    found = wording.warnings(letter.body, library.version(incident.plan_version_id).plan)
    words = privacy.redact(note.strip())[:NOTE_LONGEST]
    if found and not words:
        raise errors.Invalid(
            N_("The text has %(count)s warnings; say why it stands all the same."),
            count=len(found),
            reasons=[
                Reason("%(about)s", {"about": each.about, "words": each.words}, ("note",)) for each in found
            ],
        )
    turn(letter, LetterState.APPROVED, approved_at=at, approved_by_id=by.id, decided_note=words or None)
    timeline.record(
        incident.id,
        "letter_approved",
        by=by.label,
        at=at,
        complaint=case.name(incident),
        version=letter.version,
    )
    touch(incident, at)
    return letter


def send_back(incident: Incident, case: Case, *, reason: str, by: Actor, at: datetime) -> Letter:
    """Return the submitted version to its writer, with what is to be changed."""
    _may_decide(incident, case, by)
    letter = present(case, LetterState.SUBMITTED)
    said = words(reason, "reason", N_("Say what is to be changed."), NOTE_LONGEST)
    turn(letter, LetterState.RETURNED, decided_note=said)
    timeline.record(
        incident.id,
        "letter_returned",
        by=by.label,
        at=at,
        complaint=case.name(incident),
        version=letter.version,
        reason=said,
    )
    touch(incident, at)
    return letter


def _may_decide(incident: Incident, case: Case, by: Actor) -> None:
    """Four eyes: neither who wrote a version of this round nor who submitted it."""
    may_work(incident, case, by)
    by.must(Permission.DECISIONS_APPROVE)
    if by.id is None:
        raise errors.Forbidden(N_("Only a person can approve a decision; use a token that acts as one."))
    if by.id in hands(case):
        raise errors.Forbidden(
            N_("%(name)s wrote or submitted this letter; somebody else must decide on it (four eyes)."),
            name=by.name,
        )


def hands(case: Case) -> set[int | None]:
    """Who wrote or submitted what is to be decided on, in any version since the last letter that was sent."""
    mine = [each for each in case.letters if each.round == case.round and each.state != LetterState.SENT]
    return {id_ for each in mine for id_ in (each.written_by_id, each.submitted_by_id) if id_ is not None}


def present(case: Case, *wanted: LetterState) -> Letter:
    """The version that is being worked on; raises Conflict where it stands elsewhere than it must."""
    letter = case.present
    if letter is None:
        raise errors.Refused(N_("No letter has been written yet."))
    if letter.state not in wanted:
        raise _elsewhere(letter)
    return letter


def _elsewhere(letter: Letter) -> errors.Conflict:
    who = db.session.get(Person, letter.approved_by_id or letter.written_by_id or 0)
    return errors.Conflict(
        N_("Version %(version)s of the letter is %(letter_state)s (%(name)s); look at it again."),
        version=letter.version,
        letter_state=str(letter.state),
        name=who.name if who else letter.written_by.rsplit("/", 1)[-1],
    )


def turn(letter: Letter, to: LetterState, **values: Any) -> None:
    """Compare-and-set: of two people who press at once, one turns it and the other is told so."""
    before = letter.state
    turned = db.session.execute(
        update(Letter)
        .where(Letter.id == letter.id, Letter.state == before)
        .values(state=to, **values)
        .returning(Letter.id),
        execution_options={"synchronize_session": False},
    ).first()
    db.session.refresh(letter)
    if turned is None:
        raise _elsewhere(letter)


def words(text: str, place: str, empty: str, longest: int, *, redacted: bool = True) -> str:
    """A text that people give, redacted unless kept encrypted; raises Invalid where empty or too long."""
    found = privacy.redact(text.strip()) if redacted else text.strip()
    if not found:
        raise errors.Invalid(empty, reasons=[Reason(empty, loc=(place,))])
    if len(found) > longest:
        raise errors.Invalid(
            N_("The text is too long."),
            reasons=[Reason(N_("At most %(most)s characters."), {"most": longest}, (place,))],
        )
    return found


def touch(incident: Incident, at: datetime) -> None:
    """Something happened for the customer: the card shows it."""
    incident.last_activity_at = at
    outbox.enqueue(incident.id, "update_card", at=at)
