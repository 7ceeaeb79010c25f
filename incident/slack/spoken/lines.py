"""The word `dept` of `/incident`: the lines of departments, and the acts on them."""

from collections.abc import Callable

from incident import errors, i18n
from incident.alerting import facts
from incident.alerting.facts import IncidentFacts
from incident.coordination import departments
from incident.errors import N_
from incident.lifecycle import common
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.slack import acting, asking, finding, meant, modal
from incident.slack.asking import Ask
from incident.slack.blocks import lines
from incident.slack.blocks.texts import Message
from incident.slack.forms import people as forms
from incident.slack.words import word

Act = Callable[[Ask, Incident, str, str], object]
DONE = N_("%(department)s of %(number)s is now “%(line_state)s”.")


def _accept(ask: Ask, incident: Incident, code: str, note: str) -> object:
    return departments.accept(incident, code, note=note, by=ask.by, at=ask.at, calendar=ask.house.calendar)


def _block(ask: Ask, incident: Incident, code: str, note: str) -> object:
    return departments.block(incident, code, reason=note, by=ask.by, at=ask.at, calendar=ask.house.calendar)


def _unblock(ask: Ask, incident: Incident, code: str, note: str) -> object:
    return departments.unblock(incident, code, note=note, by=ask.by, at=ask.at, calendar=ask.house.calendar)


def _report(ask: Ask, incident: Incident, code: str, note: str) -> object:
    return departments.report(incident, code, text=note, by=ask.by, at=ask.at, calendar=ask.house.calendar)


def _sign_off(ask: Ask, incident: Incident, code: str, note: str) -> object:
    return departments.sign_off(incident, code, statement=note, by=ask.by, at=ask.at)


def _stand_down(ask: Ask, incident: Incident, code: str, note: str) -> object:
    return departments.stand_down(incident, code, reason=note, by=ask.by, at=ask.at)


def _call(ask: Ask, incident: Incident, code: str, _note: str) -> object:
    return departments.call_out(incident, code, by=ask.by, at=ask.at, calendar=ask.house.calendar)


ACTS: dict[tuple[str, ...], Act] = {
    ("accept", "签收", "接受", "受理"): _accept,
    ("block", "受阻", "阻塞"): _block,
    ("unblock", "恢复", "解除"): _unblock,
    ("report", "进展", "报告"): _report,
    ("sign-off", "signoff", "签结", "办结"): _sign_off,
    ("stand-down", "standdown", "撤出", "解除任务"): _stand_down,
    ("call", "通知", "调用"): _call,
}
LIST = ("list", "列表", "清单")


@word("dept")
def dept(ask: Ask) -> Message | None:
    """The departments of an incident, or an act on one: one's own unless another is named."""
    number, rest = finding.target(ask)
    tokens = rest.split()
    code = _department(tokens)
    act = _act(tokens, code)
    if act is None:
        return _listed(ask, number)
    if act is _call and code is None:
        modal.incident(ask, number, forms.CALL_OUT)
        return None
    wanted = code or ask.person.department_code
    asking.needs(wanted, N_("Say which department, by its code or its name."))
    note = meant.words(" ".join(tokens))
    incident = acting.change(ask, number, lambda found: act(ask, found, str(wanted), note))
    return _done(ask, incident, str(wanted))


def _department(tokens: list[str]) -> str | None:
    """The department that is named first, or right after the act `call`; it is taken off the words."""
    place = 1 if tokens and _named(tokens[0]) is _call else 0
    for length in (4, 3, 2, 1):  # an English name has several words
        code = meant.department(" ".join(tokens[place : place + length]))
        if code is not None and len(tokens) >= place + length:
            del tokens[place : place + length]
            return code
    if place and len(tokens) > place:
        raise errors.Invalid(N_("There is no such department."))
    return None


def _act(tokens: list[str], code: str | None) -> Act | None:
    """The act that comes next, taken off the words; None to see the list."""
    if not tokens or tokens[0].casefold() in LIST:
        return None
    found = _named(tokens[0])
    if found is None:
        near = meant.nearest(meant.simple(tokens[0]), [name for names in ACTS for name in names])
        raise errors.Invalid(
            N_("“%(word)s” is no act on a department. Use one of %(words)s."),
            word=tokens[0],
            words=", ".join(f"{names[0]} {names[1]}" for names in ACTS),
            reasons=[errors.Reason(N_("Did you mean “%(near)s”?"), {"near": near})] if near else None,
        )
    tokens.pop(0)
    return found


def _named(token: str) -> Act | None:
    wanted = meant.simple(token).replace("_", "-")
    return next((act for names, act in ACTS.items() if wanted in names), None)


def _listed(ask: Ask, number: str) -> Message:
    ask.by.must(Permission.INCIDENTS_READ)
    incident = common.by_number(number)
    shown = facts.of(incident, base_url=ask.settings.url, whole=False)
    return lines.listing(shown, facts.department_lines(incident.id), ask.locale, ask.zone)


def _done(ask: Ask, incident: IncidentFacts, code: str) -> Message:
    state = next(each.state for each in facts.department_lines(incident.id) if each.code == code)
    words = i18n.say(DONE, ask.locale, department=code, number=incident.number, line_state=state)
    return asking.line(f"🧭 {words}")
