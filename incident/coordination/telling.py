"""Who of an incident's customers has been told the result: letters sent, complaints withdrawn, calls back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from incident import errors
from incident.db import db
from incident.errors import N_, Reason
from incident.models.complaints import Complaint
from incident.models.decisions import FollowUp, FollowUpState, Letter, LetterState, Reopening, Withdrawal
from incident.models.incidents import Incident

OVER = (LetterState.SENT, LetterState.SUPERSEDED)  # a version that nobody works on any more


@dataclass(frozen=True)
class Case:
    """One customer's part of an incident in the present round: the complaint (none where an incident was
    declared by hand), the versions of its letter oldest first, and the withdrawal."""

    complaint: Complaint | None
    letters: tuple[Letter, ...]
    withdrawal: Withdrawal | None
    round: int

    @property
    def present(self) -> Letter | None:
        """The version that is being worked on, or else the one last sent in this round."""
        open_ = [each for each in self.letters if each.state not in OVER]
        return open_[-1] if open_ else self.sent

    @property
    def sent(self) -> Letter | None:
        """The letter that told the customer the result, in this round."""
        return next((each for each in reversed(self.letters) if self._sent_now(each)), None)

    def _sent_now(self, letter: Letter) -> bool:
        return letter.state == LetterState.SENT and letter.round == self.round

    @property
    def told(self) -> bool:
        """Whether nothing is owed to this customer any more."""
        return self.sent is not None or self.withdrawal is not None

    def name(self, incident: Incident) -> str:
        """How records name it: the complaint's own reference, or the incident's number."""
        return self.complaint.source_ref if self.complaint else incident.number


def round_of(incident_id: int) -> int:
    """How often the incident was opened again: letters of an earlier round told another result."""
    query = select(func.count()).select_from(Reopening).where(Reopening.incident_id == incident_id)
    return db.session.scalar(query) or 0


def began(incident: Incident) -> datetime:
    """When the present round began: at the opening, or when the incident was opened again."""
    query = select(func.max(Reopening.at)).where(Reopening.incident_id == incident.id)
    return db.session.scalar(query) or incident.opened_at


def cases(incident_id: int) -> list[Case]:
    """One for each complaint, in the order they came; one without a complaint where there is none."""
    complaints: list[Complaint | None] = list(
        db.session.scalars(
            select(Complaint).where(Complaint.incident_id == incident_id).order_by(Complaint.id)
        )
    )
    ids = [each.id for each in complaints if each is not None]
    letters = db.session.scalars(
        select(Letter)
        .where(Letter.complaint_id.in_(ids) if ids else Letter.incident_id == incident_id)
        .order_by(Letter.version, Letter.id)
    ).all()
    now = round_of(incident_id)
    withdrawn = {
        each.complaint_id: each
        for each in db.session.scalars(
            select(Withdrawal).where(Withdrawal.complaint_id.in_(ids), Withdrawal.round == now)
        )
    }
    return [_case(each, list(letters), withdrawn, now) for each in complaints or [None]]


def about(complaint: Complaint) -> Case | None:
    """A complaint's part of its incident; None where it opened none."""
    if complaint.incident_id is None:
        return None
    found = cases(complaint.incident_id)
    return next((each for each in found if each.complaint and each.complaint.id == complaint.id), None)


def _case(
    complaint: Complaint | None, letters: list[Letter], withdrawn: dict[int, Withdrawal], now: int
) -> Case:
    id_ = complaint.id if complaint else None
    mine = tuple(each for each in letters if each.complaint_id == id_)
    return Case(complaint, mine, withdrawn.get(id_ or 0), now)


def missing(incident: Incident) -> list[Reason]:
    """The customers who have not been told, each with the place where it is done; nothing is asked of an
    incident without a complaint, whose feedback is a task alone."""
    return [
        Reason(
            N_("The customer of complaint %(complaint)s has not been sent the decision."),
            {"complaint": each.complaint.source_ref},
            loc=("decision", each.complaint.id),
            href=f"/incidents/{incident.number}/decision?complaint={each.complaint.id}#letter",
        )
        for each in cases(incident.id)
        if each.complaint is not None and not each.told
    ]


def not_followed(incident: Incident) -> list[Reason]:
    """The customers for whom no follow-up stands in this round; those who withdrew are left in peace."""
    rows = db.session.scalars(
        select(FollowUp).where(FollowUp.incident_id == incident.id, FollowUp.state != FollowUpState.DROPPED)
    ).all()
    return [
        Reason(
            N_("No follow-up is planned for complaint %(complaint)s."),
            {"complaint": each.complaint.source_ref},
            loc=("follow_ups", each.complaint.id),
            href=f"/incidents/{incident.number}/decision?complaint={each.complaint.id}#follow-ups",
        )
        for each in cases(incident.id)
        if each.complaint is not None
        and each.sent is not None
        and not any(row.round == each.round and row.complaint_id == each.complaint.id for row in rows)
    ]


def must_be_complete(incident: Incident) -> None:
    """The step of telling the customer is no box to tick: raise Refused until every letter is sent."""
    untold = missing(incident)
    if untold:
        raise errors.Refused(
            N_("This step is done by the letters: %(count)s customers have not been sent the decision."),
            count=len(untold),
            reasons=untold,
        )
