"""Reactions in an incident's channel: the emoji of the setting keep what a message says.

It goes on the timeline, becomes a task or evidence; whoever reacted is told, and nothing is done twice.
"""

from collections.abc import Callable
from typing import Any

from incident.alerting.channels import Trouble
from incident.coordination import departments, tasks
from incident.db import unit_of_work
from incident.errors import N_, DomainError
from incident.lifecycle import acts, common
from incident.models.incidents import Incident
from incident.slack import asking, fetching, finding, meant, people, receipts
from incident.slack.asking import Ask
from incident.slack.blocks.texts import Message
from incident.slack.desk import Desk
from incident.slack.envelopes import Event
from incident.slack.forms import proof

Do = Callable[[Ask, Incident, dict[str, Any]], str]
AUTHOR_LONGEST = 80


def heard(desk: Desk, event: Event) -> None:
    """A reaction somewhere; only those of the setting, in an incident's channel, do something. Raises Trouble
    where Slack does not give the message, so that the event comes again."""
    act = ACTS.get(desk.settings.reactions.get(event.text("reaction"), ""))
    channel, ts, user = event.text("item", "channel"), event.text("item", "ts"), event.text("user")
    number = finding.in_channel(channel) if act and ts else None
    if act is None or number is None:
        return
    ask = desk.ask(user, channel_id=channel)
    if ask is None:
        _whisper(desk, channel, user, desk.refused(user))
        return
    found = fetching.message(desk.slack, channel, ts)
    if found is not None and not found.get("bot_id"):
        _whisper(
            desk, channel, user, _do(ask, number, act, event.text("reaction"), {**found, "channel": channel})
        )


def _do(ask: Ask, number: str, act: Do, name: str, message: dict[str, Any]) -> Message:
    key = f"reaction:{message['channel']}:{message['ts']}:{ask.settings.reactions[name]}"
    if not receipts.first(key):
        return asking.line(ask.say(N_("Somebody was faster: that is done already.")))
    try:
        with unit_of_work():
            said = act(ask, common.by_number(number, lock=True), message)
    except DomainError as error:
        receipts.forget(key)
        return asking.refusal(error, ask)
    return asking.line(said)


def text_of(message: dict[str, Any]) -> str:
    """What a message says, in plain words."""
    return meant.words(str(message.get("text") or ""))


def author_of(slack_id: str) -> str:
    """Who wrote a message, by their name here, else their id."""
    person = people.by_slack_id(slack_id) if slack_id else None
    return (person.name if person else slack_id)[:AUTHOR_LONGEST]


def quoted(message: dict[str, Any]) -> str:
    """A message with its author, for the timeline."""
    text = text_of(message)
    asking.needs(text, N_("This message has no text."))
    return f"{author_of(str(message.get('user') or ''))}: {text}"


def _timeline(ask: Ask, incident: Incident, message: dict[str, Any]) -> str:
    acts.note(incident, quoted(message)[: common.TEXT_LONGEST], by=ask.by, at=ask.at)
    return f"📝 {ask.say(N_('Noted on the timeline of %(number)s.'), number=incident.number)}"


def _task(ask: Ask, incident: Incident, message: dict[str, Any]) -> str:
    text = text_of(message)
    asking.needs(text, N_("This message has no text."))
    codes = [each.code for each in departments.lines(incident.id)]
    own = ask.person.department_code
    found = tasks.add(
        incident,
        title=text.splitlines()[0][: tasks.TITLE_LONGEST],
        department=str(own) if own in codes else next(iter(codes), ""),
        due_at=ask.at + tasks.USUAL_DUE,
        zone=ask.house.zone,
        by=ask.by,
        at=ask.at,
    )
    said = N_("Made a task of it: “%(task)s”, for %(department)s, due in 2 h.")
    return f"🗒️ {ask.say(said, task=found.titles, department=found.department_code)}"


def _evidence(ask: Ask, incident: Incident, message: dict[str, Any]) -> str:
    author = author_of(str(message.get("user") or ""))
    proof.keep(ask, incident, {"channel": message["channel"], "ts": message["ts"], "author": author})
    said = N_("The message is being kept as evidence of %(number)s; its channel tells when that is done.")
    return f"🗄️ {ask.say(said, number=incident.number)}"


def _whisper(desk: Desk, channel: str, user: str, message: Message) -> None:
    """Tell whoever reacted, and nobody else; what was done stands, also where they cannot be told."""
    try:
        desk.slack.call(
            "chat.postEphemeral", channel=channel, user=user, text=message.text, blocks=message.blocks
        )
    except Trouble:
        return


ACTS: dict[str, Do] = {"timeline": _timeline, "task": _task, "evidence": _evidence}
