"""The words `duty` and `page`: who is on duty, when I am, and alerting somebody at once."""

from incident import duty as rosters
from incident import errors
from incident.errors import N_
from incident.lifecycle import paging
from incident.models.people import Person
from incident.permissions import Permission
from incident.playbooks import library
from incident.slack import acting, asking, finding, meant, own
from incident.slack.asking import Ask
from incident.slack.blocks import menu, texts
from incident.slack.blocks.texts import Message
from incident.slack.words import word

MINE = ("mine", "my", "me", "我的", "我", "本人")
SHIFTS_MOST = 14


@word("duty")
def duty(ask: Ask) -> Message:
    """Who is on duty now for one department or all, or my own shifts."""
    ask.by.must(Permission.INCIDENTS_READ)
    rest = meant.words(ask.rest)
    if meant.simple(rest) in MINE:
        return _mine(ask)
    code = meant.department(rest) if rest else None
    asking.needs(
        code or not rest or meant.simple(rest) in ("all", "全部", "所有"), N_("There is no such department.")
    )
    codes = [code] if code else list(library.departments())
    found = rosters.roster(codes, at=ask.at, zone=ask.house.zone)
    head = f"*{ask.say(N_('On duty now'))}*"
    return asking.line("\n".join([head, *(_line(ask, each, found[each].people) for each in codes)]))


def _line(ask: Ask, code: str, people: list[Person]) -> str:
    name = texts.escape(library.departments()[code].name(ask.locale))
    who = " · ".join(_who(each) for each in people) or f"⚠️ {ask.say(N_('nobody'))}"
    return f"• {name} `{code}`: {who}"


def _who(person: Person) -> str:
    """Names only: a mention would call people who were merely looked up."""
    return texts.escape(person.name)


def _mine(ask: Ask) -> Message:
    found = own.duty(ask.person.id, at=ask.at, house=ask.house, most=SHIFTS_MOST)
    if not found:
        return asking.line(ask.say(N_("You are not on duty within the next seven days.")))
    head = f"*{ask.say(N_('Your duty in the next seven days'))}*"
    return asking.line("\n".join([head, *(stretch(ask, each) for each in found)]))


def stretch(ask: Ask, each: own.Stretch) -> str:
    """One time on duty, in a line."""
    name = texts.escape(library.departments()[each.department].name(ask.locale))
    backup = f" ({ask.say(N_('backup'))})" if each.backup else ""
    return f"• {name}{backup}: {texts.date(each.starts_at, ask.zone)} – {texts.date(each.ends_at, ask.zone)}"


@word("page")
def page(ask: Ask) -> Message:
    """Alert somebody, or whoever is on duty for a department; alone, say whom one may alert."""
    number, rest = finding.target(ask)
    if not rest:
        codes = ask.person.department_code
        said = ask.say(N_("Say whom: @somebody, a name, an e-mail address or a department such as `COM`."))
        return menu.offer(said, [(codes, f"page {number} {codes}")] if codes else [])
    people = _people(ask, rest)
    told: list[Person] = []
    incident = acting.change(
        ask, number, lambda found: told.extend(paging.page(found, people, by=ask.by, at=ask.at))
    )
    names = "、".join(each.name for each in told)
    return asking.line(
        f"📟 {ask.say(N_('%(people)s: alerted for %(number)s.'), people=names, number=incident.number)}"
    )


def _people(ask: Ask, rest: str) -> list[Person]:
    code = meant.department(meant.words(rest))
    if code is None:
        mentioned = list(meant.MENTION.finditer(rest))
        return [meant.person(ask, each[0]) for each in mentioned] or [meant.person(ask, rest)]
    people = rosters.roster([code], at=ask.at, zone=ask.house.zone)[code].people
    if not people:
        raise errors.Refused(N_("Nobody is on duty for %(department)s."), department=code)
    return people
