"""Personal data whose term is over: who the customer was and what they said goes, what was done stays."""

from datetime import datetime

from sqlalchemy import select

from incident.db import db
from incident.models.complaints import Complaint
from incident.models.contacts import Contact
from incident.models.decisions import Letter, Satisfaction, Withdrawal
from incident.models.incidents import Incident

ERASED = "（已按保存期限删除 · erased, its term being over）"  # stands for a letter's text


def incident(found: Incident, *, at: datetime) -> int:
    """Erase the complaints of an incident, the talks with their customers, letters and comments; returns how
    many complaints. The incident, its tasks, clocks, timeline and seals are facts of the house and stay."""
    mine = db.session.scalars(select(Complaint).where(Complaint.incident_id == found.id)).all()
    for each in mine:
        complaint(each, at=at)
    for talk in db.session.scalars(select(Contact).where(Contact.incident_id == found.id)):
        talk.personal, talk.subject, talk.point = {}, f"erased/{talk.id}", ""
    for letter in db.session.scalars(select(Letter).where(Letter.incident_id == found.id)):
        letter.content = {"text": ERASED}
    for withdrawal in db.session.scalars(select(Withdrawal).where(Withdrawal.incident_id == found.id)):
        withdrawal.content = {}
    for answer in db.session.scalars(select(Satisfaction).where(Satisfaction.incident_id == found.id)):
        answer.content = {}
    found.erased_at = at
    return len(mine)


def complaint(found: Complaint, *, at: datetime) -> None:
    """Erase a complaint's texts, its customer and every key by which the customer could be found again."""
    found.personal, found.account = {"customer": {}}, {}
    found.key_id = found.key_phone = found.key_email = found.key_account = found.person_key = None
    found.account_key = found.wording = None
    found.erased_at = at
