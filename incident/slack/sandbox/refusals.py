"""How the workspace says no: the error codes of Slack's Web API, raised where the rule is known."""

from collections.abc import Sequence
from typing import Any


class Refusal(Exception):
    """An answer with `ok: false`; `error` is Slack's code, `messages` its explanations, `extra` more
    fields."""

    def __init__(self, error: str, *, messages: Sequence[str] = (), **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.messages = list(messages)
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """The JSON body Slack would send."""
        body: dict[str, Any] = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
        return body


class RateLimited(Exception):
    """Too many calls: HTTP 429 with `Retry-After`, in whole seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"retry after {seconds} s")
        self.seconds = seconds
