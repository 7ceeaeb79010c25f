"""Removes what has served its time: receipts, kept answers, broken-off uploads, data past its term."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete

from incident.coordination import retention
from incident.db import db, unit_of_work
from incident.models.alerts import SlackReceipt
from incident.models.ground import IdempotentAnswer
from incident.vault import Vault

# Slack repeats an event for up to an hour (design note: at once, 1 min, 5 min); a day is far beyond it.
RECEIPTS_KEPT = timedelta(days=1)
ANSWERS_KEPT = timedelta(days=2)
BATCHES = 40  # of complaints erased in one round; the next hour goes on


def tidy(evidence: Path, *, at: datetime, rule_set: str) -> int:
    """Delete old receipts, kept answers and drafts of broken-off uploads, erase the personal data and destroy
    the files whose term is over; returns how many.

    `evidence` is the folder of the files, `rule_set` the house's.
    """
    vault = Vault(evidence)
    gone = vault.sweep(at=at)
    for incident_id in retention.over(at=at, rule_set=rule_set):
        with unit_of_work():
            gone += retention.destroy(incident_id, vault, at=at, rule_set=rule_set)
    for _batch in range(BATCHES):
        with unit_of_work():
            erased = retention.erase_unopened(at=at, rule_set=rule_set)
        gone += erased
        if erased < retention.BATCH:
            break
    with unit_of_work():
        receipts = db.session.execute(delete(SlackReceipt).where(SlackReceipt.at < at - RECEIPTS_KEPT))
        answers = db.session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.at < at - ANSWERS_KEPT))
        return gone + int(receipts.rowcount + answers.rowcount)  # type: ignore[attr-defined]
