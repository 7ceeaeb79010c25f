"""What a form on an incident is: its inputs, the act behind them, and what makes it stale."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from incident import errors
from incident.alerting.facts import IncidentFacts
from incident.errors import N_, Reason
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission
from incident.slack import people
from incident.slack.asking import Ask
from incident.slack.blocks.inputs import Given
from incident.slack.blocks.texts import Block

METADATA_LONGEST = 2_900  # characters; docs.slack.dev/reference/views says 3,000
Inputs = Callable[[Ask, Incident, Given, Mapping[str, str]], list[Block]]
Act = Callable[[Ask, Incident, Given, Mapping[str, str]], object]
Done = Callable[[Ask, IncidentFacts], str]


@dataclass(frozen=True)
class Form:
    """A form on one incident.

    `inputs` draws its blocks, with what was typed before; `act` does it, inside a unit of work; `done` is the
    sentence that stands there afterwards. `stale` are the kinds of events by others that whoever filled it in
    must see first. The mapping that both get is what was kept when the form was opened.
    """

    callback: str
    title: str
    submit: str
    permission: Permission
    inputs: Inputs
    act: Act
    done: Done
    stale: frozenset[str] = frozenset()
    places: Mapping[str, str] = field(default_factory=dict)  # a place named by the verb → the input's block


@dataclass(frozen=True)
class Kept:
    """What travels in a form's metadata: the incident, the last event that was seen, and more."""

    number: str
    seen: int = 0
    more: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """As the metadata of a view; a long text in it is cut to what Slack takes."""
        more = dict(self.more)
        while len(text := json.dumps([self.number, self.seen, more], ensure_ascii=False)) > METADATA_LONGEST:
            longest = max(more, key=lambda name: len(more[name]))
            more[longest] = more[longest][: len(more[longest]) * 3 // 4] + "…"
        return text


def kept(text: str) -> Kept:
    """What was kept, from a view's metadata; raises Invalid for what we did not write."""
    try:
        found: Any = json.loads(text)
        number, seen, more = found
        sound = isinstance(number, str) and isinstance(seen, int) and isinstance(more, dict)
    except (ValueError, TypeError, RecursionError):
        sound = False
    if not sound or not 0 <= seen < 2**53:
        raise errors.Invalid(N_("This form is of an older version. Open it again."))
    return Kept(number, seen, {str(name): str(value) for name, value in more.items()})


def somebody(given: Given, block: str) -> Person | None:
    """The account of a chosen person; raises Invalid, at the input, where there is none."""
    slack_id = given.user(block)
    if not slack_id:
        return None
    found = people.by_slack_id(slack_id)
    if found is None:
        words = N_("This person has no account that is linked to their Slack.")
        raise errors.Invalid(words, reasons=[Reason(words, loc=(block,))])
    return found


def required(value: Any, block: str, message: str) -> None:
    """Raise Invalid, at the input, where something is missing."""
    if not value:
        raise errors.Invalid(message, reasons=[Reason(message, loc=(block,))])
