"""The word `update` of `/incident`: how an incident stands, told in three parts, or read."""

import re

from incident.coordination import updates
from incident.errors import N_
from incident.lifecycle import common, informing
from incident.permissions import Permission
from incident.slack import asking, finding, spoken
from incident.slack.asking import Ask
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Message
from incident.slack.words import word

PARTS = re.compile(r"[|｜]")  # between situation, actions and needs; the full-width one is what an IME types


@word(
    "update",
    zh=("进展", "更新"),
    example="[42] situation | actions | needs",
    zh_example="[42] 情况 | 措施 | 需要",
)
def update(ask: Ask) -> Message:
    """Give an update: situation | actions | needs; with nothing after it, read the last one."""
    number, text = finding.target(ask)
    if not text.strip():
        return _last(ask, number)
    situation, actions, needs = [*(part.strip() for part in PARTS.split(text, maxsplit=2)), "", ""][:3]
    incident = spoken.change(
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
    return asking.line(f"📝 {said} {texts.date(due, ask.house.zone)}")


def _last(ask: Ask, number: str) -> Message:
    ask.by.must(Permission.INCIDENTS_READ)
    incident = common.by_number(number)
    row = updates.latest(incident.id)
    if row is None:
        none = N_("%(number)s has no update yet. Give one: `/incident update situation | actions | needs`.")
        return asking.line(ask.say(none, number=incident.number))
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
    return asking.line(f"{said}\n{texts.date(row.at, ask.house.zone)}")
