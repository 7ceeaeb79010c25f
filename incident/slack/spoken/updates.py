"""The word `update` of `/incident`: how an incident stands, told in three parts, or read."""

from incident.coordination import updates
from incident.errors import N_
from incident.lifecycle import common, informing
from incident.permissions import Permission
from incident.slack import acting, asking, finding, meant, modal
from incident.slack.asking import Ask
from incident.slack.blocks import menu, texts
from incident.slack.blocks.texts import Message
from incident.slack.forms import work
from incident.slack.words import word

FORM = ("form", "give", "new", "填写", "表单")  # what opens the form


@word("update")
def update(ask: Ask) -> Message | None:
    """Give an update: situation | actions | needs; with nothing after it, read the last one."""
    number, text = finding.target(ask)
    if not text:
        return _last(ask, number)
    if meant.simple(text) in FORM:
        modal.incident(ask, number, work.UPDATE)
        return None
    situation, actions, needs = [*map(meant.words, meant.parts(text, most=2)), "", ""][:3]
    incident = acting.change(
        ask,
        number,
        lambda found: informing.update(
            found,
            situation=situation,
            actions=actions,
            needs=needs,
            by=ask.by,
            at=ask.at,
            house=ask.house,
        ),
    )
    due = common.by_number(incident.number).update_due_at or ask.at
    said = ask.say(N_("The update of %(number)s is given; the next is due at"), number=incident.number)
    return asking.line(f"📝 {said} {texts.date(due, ask.zone)}")


def _last(ask: Ask, number: str) -> Message:
    ask.by.must(Permission.INCIDENTS_READ)
    incident = common.by_number(number)
    row = updates.latest(incident.id)
    if row is None:
        none = N_("%(number)s has no update yet. Give one: `/incident update situation | actions | needs`.")
        return _with_button(ask, ask.say(none, number=incident.number), number)
    sentence = N_(
        "%(number)s, last update:\nSituation: %(situation)s\nActions: %(actions)s\nNeeds: %(needs)s"
    )
    said = ask.say(
        sentence,
        number=incident.number,
        situation=row.situation,
        actions=row.actions or "–",
        needs=row.needs or "–",
    )
    return _with_button(ask, f"{said}\n{texts.date(row.at, ask.zone)}", number)


def _with_button(ask: Ask, said: str, number: str) -> Message:
    return menu.offer(said, [(ask.say(N_("Give an update")), f"update {number} form")])
