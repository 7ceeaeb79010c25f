"""The label “malicious proxy”: two people's word, encrypted grounds, reversible, and never outside the house.

The label changes nothing that the customer may ask for: no verb on options, contacts, clocks or letters
looks at it (facts §5.14: the real customer's request is handled on its merits and in time).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from incident import audit, errors, privacy, recusal
from incident.accounts import Actor
from incident.coordination import approvals, option_moves
from incident.db import db
from incident.errors import N_, Reason
from incident.models.complaints import Complaint
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.resolutions import LabelApproval, LabelState, ProxyLabel
from incident.permissions import Permission
from incident.playbooks import library
from incident.playbooks.authority import Holder

WORDS_LONGEST = 2_000  # characters of grounds or a reason
LIVE = (LabelState.PROPOSED, LabelState.IN_FORCE)


def of(incident_id: int) -> list[ProxyLabel]:
    """The labels on an incident's complaints, the newest first; for those who act, and for audit."""
    query = select(ProxyLabel).where(ProxyLabel.incident_id == incident_id)
    return list(db.session.scalars(query.order_by(ProxyLabel.id.desc())))


def in_force(complaint_id: int) -> bool:
    """Whether a complaint bears the label now."""
    query = select(ProxyLabel.id).where(
        ProxyLabel.complaint_id == complaint_id, ProxyLabel.state == LabelState.IN_FORCE
    )
    return db.session.scalar(query) is not None


def locked(label_id: int) -> tuple[Incident, ProxyLabel]:
    """A label and its incident, both as they are now and locked for one act; raises NotFound."""
    found = db.session.get(ProxyLabel, label_id)
    if found is None:
        raise errors.NotFound(N_("There is no such label."))
    incident = db.session.get_one(Incident, found.incident_id, with_for_update=True, populate_existing=True)
    return incident, db.session.get_one(ProxyLabel, label_id, populate_existing=True)


def given(label_id: int) -> list[LabelApproval]:
    """The approvals that a label has, oldest first."""
    query = select(LabelApproval).where(LabelApproval.label_id == label_id)
    return list(db.session.scalars(query.order_by(LabelApproval.id)))


def propose(incident: Incident, complaint: Complaint, *, grounds: str, by: Actor, at: datetime) -> ProxyLabel:
    """Propose the label with its grounds; two people, neither of them the proposer, must agree."""
    person = _acting(incident, by)
    if complaint.incident_id != incident.id:
        raise errors.NotFound(N_("This complaint does not belong to the incident."))
    words = _said(grounds, "grounds", N_("Give the grounds: what shows it, and where it is kept."))
    if any(each.complaint_id == complaint.id and each.state in LIVE for each in of(incident.id)):
        raise errors.Refused(N_("The label is proposed or in force on this complaint already."))
    label = ProxyLabel(
        complaint_id=complaint.id,
        incident_id=incident.id,
        state=LabelState.PROPOSED,
        words={"grounds": words},
        proposed_at=at,
        proposed_by=by.label,
        proposed_by_id=person.id,
        approvals_needed=library.the_authority().proxy_label.approvals,
    )
    db.session.add(label)
    db.session.flush()
    incident.last_activity_at = at
    audit.record("complaints.label_proposed", f"complaint/{complaint.id}", by=by.label, at=at)
    return label


def approve(incident: Incident, label: ProxyLabel, *, by: Actor, at: datetime) -> ProxyLabel:
    """Agree; the last of the approvals puts the label in force. Raises Forbidden naming who may."""
    person = _judge(incident, label, by=by)
    earlier = given(label.id)
    if person.id in {each.person_id for each in earlier}:
        raise errors.Forbidden(
            N_("You have approved it already; a second, different person must."),
            reasons=[approvals.who(who_may(incident, label), _holders())],
        )
    db.session.add(
        LabelApproval(
            label_id=label.id,
            person_id=person.id,
            proposer_id=label.proposed_by_id,
            role=person.role,
            at=at,
        )
    )
    if len(earlier) + 1 >= label.approvals_needed:
        label.state = LabelState.IN_FORCE
    db.session.flush()
    incident.last_activity_at = at
    audit.record("complaints.label_approved", f"complaint/{label.complaint_id}", by=by.label, at=at)
    return label


def refuse(incident: Incident, label: ProxyLabel, *, reason: str, by: Actor, at: datetime) -> ProxyLabel:
    """Disagree, with the reason: the complaint bears no label."""
    _judge(incident, label, by=by)
    return _ended(incident, label, LabelState.REFUSED, reason, by=by, at=at)


def lift(incident: Incident, label: ProxyLabel, *, reason: str, by: Actor, at: datetime) -> ProxyLabel:
    """Take a label that is in force off again, with the reason; one person who may approve is enough."""
    person = _acting(incident, by)
    if label.state != LabelState.IN_FORCE:
        raise errors.Refused(N_("The label is %(label_state)s."), label_state=str(label.state))
    _must_hold(incident, label, person)
    return _ended(incident, label, LabelState.LIFTED, reason, by=by, at=at)


def who_may(incident: Incident, label: ProxyLabel) -> list[Person]:
    """Who may still approve: not the proposer, nobody twice, nobody who must stand aside."""
    out = {label.proposed_by_id, *(each.person_id for each in given(label.id))}
    able = [each for each in approvals.holders(_holders()) if each.id not in out]
    aside = {each.id for each in recusal.barred(incident, able)}
    return [each for each in able if each.id not in aside]


def holders() -> list[Person]:
    """Who may decide on labels at all."""
    return approvals.holders(_holders())


def _holders() -> Sequence[Holder]:
    return library.the_authority().proxy_label.holders


def _acting(incident: Incident, by: Actor) -> Person:
    by.must(Permission.INCIDENTS_ACT)
    option_moves.must_be_open(incident)
    person = approvals.by_name(by)
    recusal.must_not_be(incident, by)
    return person


def _judge(incident: Incident, label: ProxyLabel, *, by: Actor) -> Person:
    person = _acting(incident, by)
    if label.state != LabelState.PROPOSED:
        raise errors.Conflict(N_("The label is %(label_state)s."), label_state=str(label.state))
    if by.id == label.proposed_by_id:
        raise errors.Forbidden(
            N_("Whoever proposes the label cannot approve or refuse it."),
            reasons=[approvals.who(who_may(incident, label), _holders())],
        )
    _must_hold(incident, label, person)
    return person


def _must_hold(incident: Incident, label: ProxyLabel, person: Person) -> None:
    if not any(each.is_held(person.role, person.department_code) for each in _holders()):
        raise errors.Forbidden(
            N_("%(role)s may not decide on this label."),
            role=str(person.role),
            reasons=[approvals.who(who_may(incident, label), _holders())],
        )


def _ended(
    incident: Incident, label: ProxyLabel, state: LabelState, reason: str, *, by: Actor, at: datetime
) -> ProxyLabel:
    words = _said(reason, "reason", N_("Say why."))
    label.state, label.ended_at, label.ended_by = state, at, by.label
    label.words = {**label.words, "reason": words}
    db.session.flush()
    incident.last_activity_at = at
    subject = f"complaint/{label.complaint_id}"
    audit.record(
        "complaints.label_refused" if state == LabelState.REFUSED else "complaints.label_lifted",
        subject,
        by=by.label,
        at=at,
        reason=privacy.redact(words),
    )
    return label


def _said(text: str, place: str, empty: str) -> str:
    words = text.strip()
    if not words:
        raise errors.Invalid(empty, reasons=[Reason(empty, loc=(place,))])
    if len(words) > WORDS_LONGEST:
        reason = Reason(N_("At most %(most)s characters."), {"most": WORDS_LONGEST}, (place,))
        raise errors.Invalid(N_("The text is too long."), reasons=[reason])
    return words
