"""The form that schedules a drill: how often it comes back, in words, and its dates before it is saved."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request

from incident import drills, errors
from incident.board import frame, typed
from incident.drills import checking
from incident.errors import N_, Reason
from incident.lifecycle.common import House
from incident.models.drills import DrillKind
from incident.readiness.nextdrill import Suggestion
from incident.sheets import moment

# how a drill comes back → months between two (0: every week)
REPEATS = {"weekly": 0, "monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
REPEAT_WORDS = {
    "once": N_("once"),
    "first_quarter_day": N_("on the first working day of each quarter"),
    "weekly": N_("every week"),
    "monthly": N_("every month"),
    "quarterly": N_("every quarter"),
    "half_yearly": N_("every half-year"),
    "yearly": N_("every year"),
    "own": N_("as written below"),
}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ORDINALS = ("1st", "2nd", "3rd", "4th", "last")
DATES_SHOWN = 5
DEFAULT_HOUR = (10, 0)


@dataclass(frozen=True)
class Dates:
    """The next dates of a recurrence as (planned, moved) pairs, or why there are none."""

    pairs: list[tuple[datetime, datetime]]
    fault: str = ""


def read(key: str, house: House) -> tuple[drills.Wanted, dict[str, Any]]:
    """What stands in the form of this request: the drill, and when; raises Invalid for a missing time."""
    form = request.form
    commander = form.get("commander", "")
    others = [email for email in form.getlist("participants") if email != commander]
    starts_at = moment(form.get("starts_at", ""), house.zone)
    recurrence = recurrence_of(form.get("repeats", "once"), starts_at, form.get("recurrence", ""), house)
    if starts_at is None and recurrence is None:
        message = N_("Give a date and a time.")
        raise errors.Invalid(
            N_("The drill cannot be scheduled."), reasons=[Reason(message, loc=("starts_at",))]
        )
    wanted = drills.Wanted(
        plan_key=key,
        participants=[email for email in (commander, *others) if email],
        scenario=form.get("scenario") or None,
        kind=form.get("kind") or DrillKind.TABLETOP,
        announced=form.get("announced") == "1",
        staff={str(role): [each for each in form.getlist(role) if each] for role in checking.ROLES},
    )
    return wanted, {"starts_at": None if recurrence else starts_at, "recurrence": recurrence}


def filled_in(found: Suggestion, house: House) -> typed.Typed:
    """The form as it is suggested, for somebody to change what they like."""
    wanted = found.wanted
    values: dict[str, Any] = {
        "scenario": wanted.scenario or "",
        "kind": wanted.kind,
        "starts_at": found.starts_at.astimezone(house.zone).strftime("%Y-%m-%dT%H:%M"),
        "commander": next(iter(wanted.participants), ""),
        "participants": wanted.participants[1:],
        "announced": "1",
        **wanted.staff,
    }
    return typed.Typed(values)


def recurrence_of(repeats: str, starts_at: datetime | None, own: str, house: House) -> str | None:
    """The recurrence rule: the one written by hand, or the weekday and hour of the first drill again."""
    if repeats == "own":
        return own.strip()
    local = starts_at.astimezone(house.zone) if starts_at else None
    if repeats == "first_quarter_day":
        hour, minute = (local.hour, local.minute) if local else DEFAULT_HOUR
        return f"{minute} {hour} 1 1,4,7,10 *"  # moved off days off, the 1st is the first working day
    if repeats not in REPEATS or local is None:
        return None
    weekday, every = WEEKDAYS[local.weekday()], REPEATS[repeats]
    if every == 0:
        return f"{local.minute} {local.hour} * * {weekday}"
    months = sorted({(local.month - 1 + step) % 12 + 1 for step in range(0, 12, every)})
    month = "*" if every == 1 else ",".join(str(each) for each in months)
    return f"{local.minute} {local.hour} {ORDINALS[(local.day - 1) // 7]}-{weekday} {month} *"


def dates(form: typed.Typed, house: House, *, at: datetime) -> Dates | None:
    """The next dates of what stands in the form; None where it comes once or says nothing yet."""
    try:
        starts_at = moment(form.value("starts_at"), house.zone)
    except errors.DomainError:
        starts_at = None
    rule = recurrence_of(form.value("repeats", "once"), starts_at, form.value("recurrence"), house)
    if not rule:
        return None
    try:
        return Dates(drills.preview(rule, house, at=at, count=DATES_SHOWN))
    except errors.Invalid as fault:
        return Dates([], frame.say(fault.reason))
