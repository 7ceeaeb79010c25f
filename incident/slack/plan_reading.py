"""The button under a changed plan: whoever was told says that they have read it."""

from incident.db import unit_of_work
from incident.errors import N_
from incident.plan_changes import reading
from incident.playbooks import library
from incident.slack import asking, replying
from incident.slack.asking import Ask
from incident.slack.blocks import reminders
from incident.slack.envelopes import BlockActions


def confirm(ask: Ask, press: BlockActions) -> None:
    """Write it down; the button goes, the words stay."""
    key, _blank, number = (press.actions[0].value or "").partition(" ")
    asking.needs(number.isascii() and number.isdigit() and len(number) < 10, N_("This button names no plan."))
    with unit_of_work():
        reading.confirm(key, int(number), by=ask.by, at=ask.at)
    title = library.numbered(key, int(number)).plan.title.model_dump()
    replying.replace(press, reminders.have_read(title, int(number), ask.locale))
