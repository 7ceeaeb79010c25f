"""Removes what has served its time and holds no record of anything that happened."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete

from incident.db import db, unit_of_work
from incident.models.alerts import SlackReceipt
from incident.models.ground import IdempotentAnswer
from incident.vault import Vault

# Slack repeats an event for up to an hour (design note: at once, 1 min, 5 min); a day is far beyond it.
RECEIPTS_KEPT = timedelta(days=1)
ANSWERS_KEPT = timedelta(days=2)


def tidy(evidence: Path, *, at: datetime) -> int:
    """Delete old receipts, kept answers and drafts of broken-off uploads; returns how many.

    `evidence` is the folder of the files.
    """
    drafts = Vault(evidence).sweep(at=at)
    with unit_of_work():
        receipts = db.session.execute(delete(SlackReceipt).where(SlackReceipt.at < at - RECEIPTS_KEPT))
        answers = db.session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.at < at - ANSWERS_KEPT))
        return drafts + int(receipts.rowcount + answers.rowcount)  # type: ignore[attr-defined]
