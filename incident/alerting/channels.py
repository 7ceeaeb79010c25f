"""The port through which alerts leave: what is to be delivered, and the troubles a channel may meet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from incident.alerting.facts import IncidentFacts, LineFacts, PersonFacts, TaskFacts
from incident.errors import N_, Reason


@dataclass(frozen=True)
class Kind:
    """One kind of trouble: the sentence people read; a `permanent` one is not tried again by itself.

    `down` kinds say that the service as a whole does not deliver, and not only this step.
    """

    sentence: str
    permanent: bool = False
    down: bool = False


KINDS: dict[str, Kind] = {
    "offline": Kind(N_("Slack cannot be reached."), down=True),
    "timeout": Kind(N_("Slack did not answer in time."), down=True),
    "server": Kind(N_("Slack answered with a fault of its own."), down=True),
    "rate_limited": Kind(N_("Slack asked to be called less often.")),
    "revoked": Kind(
        N_("Slack refuses the app's token; an administrator must install the app again."), down=True
    ),
    "missing_scope": Kind(
        N_("The Slack app lacks the permission %(scope)s; an administrator must add it."), down=True
    ),
    "channel_gone": Kind(N_("The channel was archived or deleted in Slack."), permanent=True),
    "message_gone": Kind(N_("The message was deleted in Slack."), permanent=True),
    "name_taken": Kind(N_("Every name for the channel is taken in Slack (%(name)s)."), permanent=True),
    "user_gone": Kind(N_("The Slack account of %(name)s is deactivated or unknown."), permanent=True),
    "no_slack_account": Kind(N_("No Slack account is linked to %(name)s."), permanent=True),
    "invalid": Kind(N_("Slack refused the request (%(word)s)."), permanent=True),
    "not_kept": Kind(N_("The message could not be kept as evidence: %(why)s."), permanent=True),
    "fallback_failed": Kind(N_("%(count)s of the fallback addresses did not take the alert.")),
    "fault": Kind(N_("A fault in this service stopped the step; it is in the log.")),
}
DOWN = tuple(code for code, kind in KINDS.items() if kind.down)


class Trouble(Exception):
    """Why a step could not be taken. `uncertain`: it may have arrived all the same, so look before sending
    again. `progress` is kept for the next attempt; `code` is the other side's own word for it,
    `details` what it says of each part."""

    def __init__(
        self,
        kind: str,
        *,
        retry_after: timedelta | None = None,
        permanent: bool | None = None,
        uncertain: bool = False,
        progress: Mapping[str, Any] | None = None,
        code: str = "",
        details: Sequence[Mapping[str, Any]] = (),
        **values: Any,
    ) -> None:
        self.kind, self.code, self.details = kind, code, list(details)
        self.retry_after = retry_after
        self.permanent = KINDS[kind].permanent if permanent is None else permanent
        self.uncertain = uncertain
        self.progress = dict(progress or {})
        self.reason = Reason(KINDS[kind].sentence, values)
        super().__init__(f"{kind}: {self.reason}")


@dataclass(frozen=True, kw_only=True)
class Order:
    """One step to be taken, with the facts as they are now.

    `people` are those to invite or to alert, `leaving` those whom nothing keeps in the channel; `progress` is
    what an earlier attempt left behind; `uncertain` says that it may have arrived; `locale` is the language
    of what several people read;
    `tasks` are those that a reminder is about, `lines` the department lines that people are called to;
    `others` are incidents told of in the same message and `marks` the marks of their own deliveries.
    """

    id: int
    key: str
    step: str
    payload: dict[str, Any]
    attempts: int
    uncertain: bool
    created_at: datetime
    locale: str
    incident: IncidentFacts | None = None
    people: tuple[PersonFacts, ...] = ()
    leaving: tuple[PersonFacts, ...] = ()
    tasks: tuple[TaskFacts, ...] = ()
    others: tuple[IncidentFacts, ...] = ()
    marks: tuple[str, ...] = ()
    lines: tuple[LineFacts, ...] = ()
    progress: dict[str, Any] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """Names the step among all messages; in a channel that replaced another it is a new message."""
        return f"{self.key}@{self.created_at.timestamp():.0f}"

    @property
    def incidents(self) -> tuple[IncidentFacts, ...]:
        """All that the message tells of, in the order of their numbers."""
        both = (*((self.incident,) if self.incident else ()), *self.others)
        return tuple(sorted(both, key=lambda each: each.id))


class Channel(Protocol):
    """A way out, such as Slack."""

    def deliver(self, order: Order) -> dict[str, Any]:
        """Take the step and return what is worth keeping of the answer; raises Trouble."""
