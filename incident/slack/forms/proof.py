"""The form that logs a message of Slack as evidence: what is kept is read from Slack, not typed."""

from collections.abc import Mapping

from sqlalchemy import select

from incident import errors, privacy
from incident.alerting import outbox
from incident.alerting.facts import IncidentFacts
from incident.coordination import evidence
from incident.db import db
from incident.errors import N_
from incident.lifecycle import common
from incident.models.alerts import Delivery
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.slack.asking import Ask
from incident.slack.blocks import inputs, texts
from incident.slack.blocks.inputs import Given
from incident.slack.blocks.texts import Block
from incident.slack.forms.form import Form

More = Mapping[str, str]
STEP = "keep_message"  # of the outbox: reading the message and its files takes its time


def _inputs(ask: Ask, _incident: Incident, given: Given, more: More) -> list[Block]:
    files = more.get("files", "0")
    said = ask.say(
        N_("The message is kept as it stands in Slack, with its files (%(files)s) and their hash."),
        files=files,
    )
    about = inputs.lines(evidence.DESCRIPTION_LONGEST, typed=given.text("description"))
    return [
        texts.section(said),
        inputs.put("description", N_("What it shows"), about, ask.locale, optional=True),
    ]


def _act(ask: Ask, incident: Incident, given: Given, more: More) -> object:
    if not more.get("channel") or not more.get("ts"):
        raise errors.Invalid(N_("This message names no place in Slack."))
    keep(ask, incident, dict(more), description=given.text("description"))
    return incident


def keep(ask: Ask, incident: Incident, message: Mapping[str, str], *, description: str = "") -> None:
    """Have a message kept as evidence; `message` has channel, ts, who wrote it, and its text where the app
    cannot read it there. Raises Refused for one that is kept already, and what adding evidence would."""
    ask.by.must(Permission.INCIDENTS_ACT)
    common.must_be_open(incident)
    once = f"{message['channel']}:{message['ts']}"
    known = outbox.row(incident.id, STEP, at=ask.at, key=once)["key"]
    if db.session.scalar(select(Delivery.id).where(Delivery.key == known)) is not None:
        raise errors.Refused(N_("This message is kept as evidence already, or is about to be."))
    outbox.enqueue(
        incident.id,
        STEP,
        at=ask.at,
        key=once,
        person_id=ask.person.id,
        channel=message["channel"],
        ts=message["ts"],
        sealed=privacy.seal(
            {
                "text": message.get("text", ""),
                "description": description[: evidence.DESCRIPTION_LONGEST],
                "source": f"Slack · {message.get('author') or '-'} · {message['ts']}"[
                    : evidence.SOURCE_LONGEST
                ],
            }
        ),
    )


def _done(ask: Ask, incident: IncidentFacts) -> str:
    said = N_("The message is being kept as evidence of %(number)s; its channel tells when that is done.")
    return f"🗄️ {ask.say(said, number=incident.number)}"


EVIDENCE = Form(
    "form_evidence",
    N_("Log as evidence"),
    N_("Keep"),
    Permission.INCIDENTS_ACT,
    _inputs,
    _act,
    _done,
)
