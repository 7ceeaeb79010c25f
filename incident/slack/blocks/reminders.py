"""Reminders: what is due or missing, told to whoever can mend it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from incident import i18n
from incident.alerting.channels import Order
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Block, Message

# about → (the sentence, the page where it is mended); the values come from the delivery's payload
ABOUT: dict[str, tuple[str, str]] = {
    "review": (N_("⏰ The post-mortem of %(number)s is due at %(due)s."), "/reviews"),
    "vacant": (
        N_("⚠️ Roles or departments of %(number)s are without anybody; give them to somebody."),
        "/incidents/%(number)s#people",
    ),
    "follow_up": (
        N_("⏰ %(number)s: “%(follow_up)s” is due at %(due)s."),
        "/incidents/%(number)s/decision#follow-ups",
    ),
    "reopened": (
        N_("🔁 %(number)s was opened again and you command it; look at it now."),
        "/incidents/%(number)s",
    ),
    "duty": (N_("⚠️ Nobody is on duty for %(department)s."), "/admin/duty"),
}


def build(order: Order, locale: str, zone: ZoneInfo, base_url: str) -> Message:
    """The reminder with a link; raises KeyError for something without a sentence."""
    sentence, path = ABOUT[order.payload["about"]]
    values = {name: value for name, value in order.payload.items() if isinstance(value, str)}
    if order.incident is not None:
        values["number"] = order.incident.number
    due = values.get("due_at")
    when = texts.date(datetime.fromisoformat(due), zone) if due else ""
    words = i18n.say(
        sentence, locale, **{**{name: texts.escape(each) for name, each in values.items()}, "due": when}
    )
    mark = texts.drill_mark(order.incident, locale) if order.incident else ""
    text = f"{mark}{words}"
    return Message(text, [texts.section(text), _link(f"{base_url}{path % values}", locale)])


def _link(url: str, locale: str) -> Block:
    button = {
        "type": "button",
        "action_id": texts.OPEN_ON_BOARD,
        "url": url,
        "text": texts.plain(i18n.say(N_("Open on the board"), locale)),
    }
    return {"type": "actions", "elements": [button]}
