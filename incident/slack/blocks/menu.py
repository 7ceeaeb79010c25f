"""The menu: what `/incident` without a word shows."""

from incident import i18n
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Message

DECLARE = "incident_declare_open"


def build(lines: list[str], locale: str) -> Message:
    """The words with what they do, and a button to declare an incident."""
    title = i18n.say(N_("What `/incident` can do"), locale)
    button = {
        "type": "button",
        "action_id": DECLARE,
        "text": texts.plain(i18n.say(N_("Declare an incident"), locale)),
    }
    body = "\n".join(lines)
    blocks = [texts.section(f"*{title}*"), texts.section(body), {"type": "actions", "elements": [button]}]
    return Message(f"{title}\n{body}", blocks)
