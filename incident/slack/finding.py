"""Which incident somebody means: a number in many spellings, or the channel they speak in."""

import re
import unicodedata
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
    plain = unicodedata.normalize("NFKC", token)
    if full := _FULL.match(plain):
        return f"{full[1].upper()}-{full[2]}-{int(full[3]):06d}"
    if short := _SERIAL.match(plain):
        return f"{(short[1] or 'INC').upper()}-{at.astimezone(zone).year}-{int(short[2]):06d}"
    return None


def halves(text: str) -> tuple[str, str]:
    """(first word, the rest) of a text, whatever space stands between them."""
    first, rest = (*text.split(maxsplit=1), "", "")[:2]
    return first, rest.strip()


def is_full(token: str) -> bool:
    """Whether a word is an incident's whole number and nothing else it could be."""
    return _FULL.match(unicodedata.normalize("NFKC", token)) is not None


def target(ask: Ask) -> tuple[str, str]:
    """(number, rest): the number that comes first, else the incident of the channel; raises Invalid."""
    first, rest = halves(ask.rest)
    number = named(ask, first)
    return (number, rest) if number else (of_channel(ask), ask.rest)


def named(ask: Ask, token: str) -> str | None:
    """The number that a token means: of a bare `42` this year's incident, else last year's, else a drill."""
    number = spelled_out(token, at=ask.at, zone=ask.house.zone)
    if number is None or is_full(token):
        return number
    series, year, serial = number.split("-")
    known = [f"{s}-{y}-{serial}" for s in (series, "DRL") for y in (int(year), int(year) - 1)]
    found = set(db.session.scalars(select(Incident.number).where(Incident.number.in_(known))))
    return next((each for each in known if each in found), number)


def target_of_text(ask: Ask) -> tuple[str, str]:
    """The same where a text follows: in an incident's channel, `3 customers called` is not incident 3."""
    first = halves(ask.rest)[0]
    here = in_channel(ask.channel_id)
    if here is None or is_full(first):
        return target(ask)
    return here, ask.rest


def of_channel(ask: Ask) -> str:
    """The number of the incident that the channel belongs to; raises Invalid where it is none's."""
    found = in_channel(ask.channel_id)
    if found is None:
        raise errors.Invalid(N_("Say which incident: its number after the word, or the word in its channel."))
    return found


def in_channel(channel_id: str) -> str | None:
    """The number of the incident whose channel it is."""
    if not channel_id:
        return None
    return db.session.scalar(select(Incident.number).where(Incident.channel_id == channel_id))
