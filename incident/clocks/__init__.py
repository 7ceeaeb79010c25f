"""Legal and house deadlines: which rules start a clock, what moves it, who is warned, what was missed."""

from incident.clocks.acts import PROOFS, add, correct, meet, void
from incident.clocks.again import nothing_owed, reopened
from incident.clocks.changes import approve, extend, may_approve, open_to, pause, refuse, resume
from incident.clocks.events import MEETS, RECORDED, happened, record, repropose
from incident.clocks.listing import concerns, conditions
from incident.clocks.reckoning import RISK_SHARE, at_risk_from, pressing
from incident.clocks.recounting import Moved, calendars_in_use, recount
from incident.clocks.rules import (
    INTERNAL,
    WINDOW,
    Facts,
    applies,
    in_force,
    internal,
    sentence,
    statutory,
    why,
)
from incident.clocks.state import (
    any_missed,
    bring_up_to_date,
    first_contacts,
    late,
    of,
    running,
    unsettled,
    void_all,
)
from incident.clocks.sweeping import sweep

__all__ = [
    "INTERNAL",
    "MEETS",
    "PROOFS",
    "RECORDED",
    "RISK_SHARE",
    "WINDOW",
    "Facts",
    "Moved",
    "add",
    "any_missed",
    "applies",
    "approve",
    "at_risk_from",
    "bring_up_to_date",
    "calendars_in_use",
    "concerns",
    "conditions",
    "correct",
    "extend",
    "first_contacts",
    "happened",
    "in_force",
    "internal",
    "late",
    "may_approve",
    "meet",
    "nothing_owed",
    "of",
    "open_to",
    "pause",
    "pressing",
    "record",
    "recount",
    "refuse",
    "reopened",
    "repropose",
    "resume",
    "running",
    "sentence",
    "statutory",
    "sweep",
    "unsettled",
    "void",
    "void_all",
    "why",
]
