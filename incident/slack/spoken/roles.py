"""The word `role`: who has which role, taking one, handing one over, and answering an offer."""

from collections.abc import Callable

from incident import i18n
from incident.alerting import facts
from incident.coordination import handovers, roles
from incident.db import db
from incident.errors import N_
from incident.lifecycle import common
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.updates import HandOver, HandOverState
from incident.permissions import Permission
from incident.slack import acting, asking, finding, meant, modal
from incident.slack.asking import Ask
from incident.slack.blocks import offices
from incident.slack.blocks.texts import Message
from incident.slack.forms import people
from incident.slack.words import word
from incident.vocabulary import IncidentRole

Part = Callable[[Ask, str, str], Message | None]


@word("role")
def role(ask: Ask) -> Message | None:
    """Who has which role, or an act on one."""
    number, rest = finding.target(ask)
    first, more = finding.halves(rest)
    if not first:
        return _list(ask, number, "")
    part = PARTS.get(meant.simple(first))
    if part is None and _role(rest)[0]:  # `role scribe @who` hands it over, `role scribe` takes it
        part, more = (_give if _role(rest)[1] else _take), rest
    if part is None:
        raise meant.act_of(first, PARTS, N_("After `role` comes list, take, give, accept or decline."))
    return part(ask, number, more)


def _role(text: str) -> tuple[str | None, str]:
    table = {
        str(each): [i18n.words("role", str(each), locale) for locale in i18n.LOCALES] for each in IncidentRole
    }
    return meant.leading(text, table)


def _list(ask: Ask, number: str, _rest: str) -> Message:
    ask.by.must(Permission.INCIDENTS_READ)
    incident = common.by_number(number)
    return listing(ask, incident)


def listing(ask: Ask, incident: Incident) -> Message:
    """Every role with its holder, and what one can do about it."""
    held = roles.of(incident.id)
    ids = {each.person_id for each in held if each.person_id}
    names = {each.id: each.name for each in facts.people(ids)}
    lines = [offices.Office(str(each.role), names.get(each.person_id or 0)) for each in held]
    mine = [each for each in handovers.of(incident.id) if _waits_for(each, ask.person.id)]
    shown = acting.snapshot(ask, incident)
    return offices.build(shown, lines, [(str(each.role), each.id) for each in mine], ask.locale)


def _waits_for(row: HandOver, person_id: int) -> bool:
    return row.state == HandOverState.OFFERED and row.to_id == person_id


def _take(ask: Ask, number: str, rest: str) -> Message:
    code, _more = _role(rest)
    asking.needs(code, N_("Say which role: %(roles)s."), roles=_names(ask))
    me = db.session.get_one(Person, ask.person.id)
    incident = acting.change(
        ask, number, lambda found: roles.assign(found, str(code), me, by=ask.by, at=ask.at)
    )
    said = ask.say(N_("You are now %(role)s of %(number)s."), role=str(code), number=incident.number)
    return asking.line(f"🙋 {said}")


def _names(ask: Ask) -> str:
    return i18n.comma(ask.locale).join(i18n.words("role", str(each), ask.locale) for each in IncidentRole)


def _give(ask: Ask, number: str, rest: str) -> Message | None:
    code, more = _role(rest)
    if code is None or not more:
        modal.incident(ask, number, people.HAND_OVER, role=code or "")
        return None
    to, note = _receiver(ask, more)
    incident = acting.change(
        ask, number, lambda found: handovers.offer(found, code, to, note=note, by=ask.by, at=ask.at)
    )
    said = N_("%(role)s of %(number)s is offered to %(name)s, with a briefing; it moves once they accept.")
    return asking.line(f"🤝 {ask.say(said, role=code, number=incident.number, name=to.name)}")


def _receiver(ask: Ask, text: str) -> tuple[Person, str]:
    """Whoever is named first, and the note after them; a name may have a space in it."""
    mentioned = meant.MENTION.match(text.strip())
    if mentioned:
        return meant.person(ask, mentioned[0]), meant.words(text.strip()[mentioned.end() :])
    named, note = [*meant.parts(text, most=1), ""][:2]
    if note:
        return meant.person(ask, named), meant.words(note)
    first, rest = finding.halves(text)
    try:
        return meant.person(ask, text), ""
    except meant.Nobody:
        return meant.person(ask, first), meant.words(rest)


def _accept(ask: Ask, number: str, rest: str) -> Message:
    row = _offer(number, ask, rest)
    incident = acting.change(
        ask,
        number,
        lambda found: handovers.accept(handovers.find(row.id, found), found, by=ask.by, at=ask.at),
    )
    said = ask.say(N_("You are now %(role)s of %(number)s."), role=str(row.role), number=incident.number)
    return asking.line(f"🤝 {said}")


def _decline(ask: Ask, number: str, rest: str) -> Message | None:
    row = _offer(number, ask, rest)
    _code, reason = _role(rest)
    if not reason.strip():
        modal.incident(ask, number, people.DECLINE, hand_over=str(row.id))
        return None
    words = meant.words(reason)
    incident = acting.change(
        ask,
        number,
        lambda found: handovers.decline(
            handovers.find(row.id, found), found, reason=words, by=ask.by, at=ask.at
        ),
    )
    return asking.line(
        ask.say(
            N_("You declined the role on %(number)s; whoever offered it is told."), number=incident.number
        )
    )


def _offer(number: str, ask: Ask, rest: str) -> HandOver:
    """The open offer that is meant: of the role named, else the only one; raises Invalid."""
    code, _more = _role(rest)
    mine = [each for each in handovers.of(common.by_number(number).id) if _waits_for(each, ask.person.id)]
    fitting = [each for each in mine if code in (None, str(each.role))]
    asking.needs(fitting, N_("No role of this incident is offered to you."))
    asking.needs(len(fitting) == 1, N_("Several roles are offered to you; name the one you mean."))
    return fitting[0]


PARTS: dict[str, Part] = {
    **dict.fromkeys(("list", "列表", "清单", "查看"), _list),
    **dict.fromkeys(("take", "assume", "接任", "担任", "领取"), _take),
    **dict.fromkeys(("give", "hand", "handover", "hand_over", "移交", "交接", "交给"), _give),
    **dict.fromkeys(("accept", "接受", "同意"), _accept),
    **dict.fromkeys(("decline", "refuse", "拒绝", "谢绝"), _decline),
}
