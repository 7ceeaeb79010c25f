"""The channel where incidents are announced: found once, by id or name, or made where there is none."""

import threading
from typing import Any

from incident.alerting.channels import Trouble
from incident.slack import naming, posting
from incident.slack.client import SlackCalls


class ResponseChannel:
    """Knows the channel's id."""

    def __init__(self, wanted: str, slack: SlackCalls) -> None:
        self._wanted, self._slack = wanted.removeprefix("#"), slack
        self._once = threading.Lock()  # one thread finds or makes it, the rest wait
        self._id: str | None = None

    def id(self) -> str:
        """The channel's id; raises Trouble where it can neither be found nor made."""
        with self._once:
            if self._id is None:
                self._id = self._given() if naming.is_id(self._wanted) else self._named()
            return self._id

    def forget(self) -> None:
        """It is gone: find it, or make it, afresh at the next attempt."""
        self._id = None

    def _given(self) -> str:
        found = self._slack.call("conversations.info", channel=self._wanted)["channel"]
        self._enter(found)
        return self._wanted

    def _enter(self, found: dict[str, Any]) -> None:
        if not found.get("is_member") and not found.get("is_private"):
            self._slack.call("conversations.join", channel=found["id"])

    def _named(self) -> str:
        kinds = "public_channel,private_channel"
        listed = posting.pages(
            self._slack, "conversations.list", "channels", types=kinds, exclude_archived=True
        )
        found = next((each for each in listed if each["name"] == self._wanted), None)
        if found is None:
            found = self._make()
        else:
            self._enter(found)
        return str(found["id"])

    def _make(self) -> dict[str, Any]:
        try:
            made: dict[str, Any] = self._slack.call("conversations.create", name=self._wanted)["channel"]
        except Trouble as trouble:
            if trouble.kind != "name_taken":  # an archived channel, or a private one without the app in it
                raise
            raise Trouble("name_taken", code=trouble.code, name=self._wanted) from trouble
        return made
