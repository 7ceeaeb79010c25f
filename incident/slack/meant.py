"""What people mean by what they type: a person, department, level, role, step or moment, or plain words."""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from sqlalchemy import func, select

from incident import errors, i18n, labels
from incident.db import db
from incident.errors import N_
from incident.models.people import Person
from incident.playbooks import library
from incident.slack import people, when
from incident.slack.asking import Ask
from incident.vocabulary import IncidentRole, Level, Stage

MENTION = re.compile(r"<@(\w+)(?:\|([^>]*))?>")  # how Slack writes @somebody in a command
_LINK = re.compile(r"<(?:mailto:)?([^@#!|>][^|>]*)(?:\|([^>]*))?>")
_CHANNEL = re.compile(r"<#(\w+)(?:\|([^>]*))?>")
_BAR = re.compile(r"[|｜](?![^<>]*>)")
_NUMBER = re.compile(r"#?(?:(?:inc|drl)-?)?(?:\d{4}-)?\d{1,9}", re.IGNORECASE)


class Nobody(errors.Invalid):
    """No account is meant by what was typed."""


ME = ("me", "myself", "我", "我自己", "本人")
NAMED_MOST = 5  # people named where a name fits several
NEAR = 0.6
_LEVELS: dict[Level, tuple[str, ...]] = {
    Level.CRITICAL: ("1", "i", "一", "red", "红", "红色", "特别重大"),
    Level.MAJOR: ("2", "ii", "二", "orange", "橙", "橙色", "重大"),
    Level.SIGNIFICANT: ("3", "iii", "三", "yellow", "黄", "黄色", "较大"),
    Level.GENERAL: ("4", "iv", "四", "blue", "蓝", "蓝色", "一般"),
}


def simple(token: str) -> str:
    """A token as it is compared: half-width, lower case, with `_` for `-` and spaces."""
    return re.sub(r"[-\s]+", "_", unicodedata.normalize("NFKC", token).casefold().strip())


def is_number(token: str) -> bool:
    """Whether a token looks like an incident's number."""
    return _NUMBER.fullmatch(unicodedata.normalize("NFKC", token)) is not None


def words(text: str) -> str:
    """What was typed as plain words: Slack's references as the names in them, its escapes undone."""
    plain = MENTION.sub(lambda found: _name(found[1]) or found[2] or found[1], text)
    plain = _CHANNEL.sub(lambda found: f"#{found[2] or found[1]}", plain)
    return html.unescape(_LINK.sub(lambda found: found[1], plain)).replace("\x00", "").strip()


def parts(text: str, *, most: int = 0) -> list[str]:
    """What stands between bars, also the full-width ones an IME types, but not those in Slack's references;
    `most` cuts at so many bars only."""
    return [part.strip() for part in _BAR.split(text, maxsplit=most)]


def _name(slack_id: str) -> str | None:
    found = people.by_slack_id(slack_id)
    return found.name if found else None


def person(ask: Ask, text: str) -> Person:
    """Somebody by @mention, e-mail, name or a part of it, or `me`; raises Invalid where nobody, or more than
    one, is meant."""
    if mentioned := MENTION.search(text):
        found = people.by_slack_id(mentioned[1])
        if found is None:
            raise errors.Invalid(
                N_("%(name)s has no account that is linked to their Slack."),
                name=mentioned[2] or mentioned[1],
            )
        return found
    wanted = words(text).lstrip("@").strip()
    if wanted.casefold() in ME:
        return db.session.get_one(Person, ask.person.id)
    known = _named(wanted)
    if len(known) == 1:
        return known[0]
    if known:
        names = "、".join(f"{each.name} ({each.email})" for each in known[:NAMED_MOST])
        raise errors.Invalid(N_("“%(name)s” may be any of %(names)s; say which."), name=wanted, names=names)
    raise _nobody(wanted)


def _named(wanted: str) -> list[Person]:
    """Whoever fits best: an e-mail or a whole name before a part of one."""
    low = wanted.casefold()
    if not low:
        return []
    active = select(Person).where(Person.active).order_by(Person.id)
    exact = active.where(
        (func.lower(Person.email) == low) | (func.lower(Person.name) == low) | (Person.name == wanted)
    )
    found = list(db.session.scalars(exact.limit(NAMED_MOST + 1)))
    if found:
        return found
    part = active.where(func.lower(Person.name).contains(low, autoescape=True))
    return list(db.session.scalars(part.limit(NAMED_MOST + 1)))


def _nobody(wanted: str) -> Nobody:
    names = list(db.session.scalars(select(Person.name).where(Person.active)))
    near = nearest(wanted, names)
    if near is None:
        return Nobody(N_("There is nobody called “%(name)s”."), name=wanted or "–")
    return Nobody(N_("There is nobody called “%(name)s”. Did you mean %(near)s?"), name=wanted, near=near)


def nearest(wanted: str, known: Iterable[str]) -> str | None:
    """The one of some words that a mistyped one is nearest to, if any is near."""
    found = process.extractOne(
        wanted, list(known), scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=NEAR
    )
    return found[0] if found else None


def act_of(typed: str, known: Iterable[str], message: str) -> errors.Invalid:
    """The refusal of an act that is not one of a word's: with the nearest, where one is near."""
    near = nearest(simple(typed), known)
    if near is None:
        return errors.Invalid(message)
    reason = errors.Reason(N_("Did you mean “%(near)s”?"), {"near": near})
    return errors.Invalid(message, reasons=[reason])


def department(token: str) -> str | None:
    """The code of a department by its code or its name in either language; None for anything else."""
    wanted = unicodedata.normalize("NFKC", token).casefold().strip()
    for code, each in library.departments().items():
        if wanted in (code.casefold(), each.name("zh"), each.name("en").casefold()):
            return code
    return None


def level(token: str) -> Level | None:
    """A level by its number, Roman or Chinese numeral, colour or name."""
    wanted = simple(token).removeprefix("level").strip("_").removesuffix("级")
    known = library.the_levels()
    for each, names in _LEVELS.items():
        if wanted in names or wanted == simple(known[each].name.en):
            return each
    return None


def role(token: str) -> str | None:
    """A role by its code or its name in either language."""
    return coded(token, {str(each): _both("role", str(each)) for each in IncidentRole})


def stage(token: str) -> Stage | None:
    """A step by its code or its name in either language."""
    found = coded(token, {str(code): names for code, names in labels.STAGES.items()})
    return Stage(found) if found else None


def coded(token: str, table: Mapping[str, Iterable[str]]) -> str | None:
    """The code that a token is, or whose name it is."""
    wanted = simple(token)
    for code, names in table.items():
        if wanted and wanted in (simple(code), *map(simple, names)):
            return code
    return None


def _both(kind: str, code: str) -> tuple[str, ...]:
    return tuple(i18n.words(kind, code, locale) for locale in i18n.LOCALES)


def leading(text: str, table: Mapping[str, Iterable[str]]) -> tuple[str | None, str]:
    """(code, rest): the code at the start of a text, whose name may be of several words."""
    tokens = text.split()
    for length in (3, 2, 1):
        found = coded(" ".join(tokens[:length]), table) if len(tokens) >= length else None
        if found:
            return found, " ".join(tokens[length:])
    return None, text


def moment(ask: Ask, text: str) -> datetime:
    """A moment ahead in the person's own zone; raises Invalid."""
    found = when.read(words(text), at=ask.at, zone=ask.zone)
    if found is None:
        raise errors.Invalid(
            N_("“%(text)s” is no time I can read. Write 2h, 30m, tomorrow 9:00 or 2026-11-30 17:00."),
            text=words(text)[:80],
        )
    if found <= ask.at:
        raise errors.Invalid(N_("That time has passed; name one ahead."))
    return found
