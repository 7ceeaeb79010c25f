"""Which incident somebody means: a number in many spellings, or the channel they speak in."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from incident import errors
from incident.db import db
from incident.errors import N_
from incident.models.incidents import Incident
from incident.slack.asking import Ask

_FULL = re.compile(r"#?(inc|drl)-?(\d{4})-?(\d{1,9})$", re.IGNORECASE)
_SERIAL = re.compile(r"#?(?:(inc|drl)-?)?(\d{1,9})$", re.IGNORECASE)


def spelled_out(token: str, *, at: datetime, zone: ZoneInfo) -> str | None:
    """The number that `42`, `#42`, `inc-42` or `INC-2026-000042` means; None for anything else."""
    if full := _FULL.match(token):
        return f"{full[1].upper()}-{full[2]}-{int(full[3]):06d}"
    if short := _SERIAL.match(token):
        return f"{(short[1] or 'INC').upper()}-{at.astimezone(zone).year}-{int(short[2]):06d}"
    return None


def is_full(token: str) -> bool:
    """Whether a word is an incident's whole number and nothing else it could be."""
    return _FULL.match(token) is not None


def target(ask: Ask) -> tuple[str, str]:
    """(number, rest): the number that comes first, else the incident of the channel; raises Invalid."""
    first, _, rest = ask.rest.partition(" ")
    number = spelled_out(first, at=ask.at, zone=ask.house.zone)
    return (number, rest.strip()) if number else (of_channel(ask), ask.rest)


def target_of_text(ask: Ask) -> tuple[str, str]:
    """The same where a text follows: in an incident's channel, `3 customers called` is not incident 3."""
    first = ask.rest.partition(" ")[0]
    here = _in_channel(ask.channel_id)
    if here is None or is_full(first):
        return target(ask)
    return here, ask.rest


def of_channel(ask: Ask) -> str:
    """The number of the incident that the channel belongs to; raises Invalid where it is none's."""
    found = _in_channel(ask.channel_id)
    if found is None:
        raise errors.Invalid(N_("Say which incident: its number after the word, or the word in its channel."))
    return found


def _in_channel(channel_id: str) -> str | None:
    if not channel_id:
        return None
    return db.session.scalar(select(Incident.number).where(Incident.channel_id == channel_id))
