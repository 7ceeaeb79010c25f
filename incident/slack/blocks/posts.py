"""Short messages in the incident's channel: what somebody did."""

from typing import Any

from incident.alerting.facts import IncidentFacts
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Message

# what was said → the sentence; the values come from the delivery's payload
SAID: dict[str, str] = {
    "acknowledged": N_("✅ %(name)s acknowledged the incident."),
    "moved": N_("➡️ %(name)s moved the incident to %(stage)s."),
    "level_changed": N_("↕️ %(name)s changed the level to %(level)s."),
    "reopened": N_("🔁 %(name)s opened the incident again, at %(stage)s."),
    "update": N_("📝 Update by %(name)s\nSituation: %(situation)s\nActions: %(actions)s\nNeeds: %(needs)s"),
    "evidence_kept": N_("🗄️ %(name)s kept a message as evidence: %(numbers)s"),
    "cancelled": N_("🛑 %(name)s ended it without closing."),
    "drill_paused": N_("⏸️ %(name)s paused the drill; nothing counts until it goes on."),
    "drill_resumed": N_("▶️ %(name)s let the drill go on."),
    "closed": N_("🏁 %(name)s closed the incident."),
    "merged": N_("🔗 This incident was merged into %(number)s; go on there."),
    "unmerged": N_("🔗 This incident was taken out of %(number)s again and goes on here."),
}


def build(incident: IncidentFacts, payload: dict[str, Any], locale: str) -> Message:
    """What somebody did, in a line; raises KeyError for something without a sentence."""
    words = texts.say(SAID[payload["said"]], locale, **payload)
    line = f"{texts.drill_mark(incident, locale)}{words}"
    return Message(line, texts.paragraphs(line.splitlines()))
