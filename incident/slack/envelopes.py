"""What Slack sends, checked for its shape before anything else looks at it."""

import json
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError


class Malformed(Exception):
    """The body is not what Slack sends."""


def _storable(text: str) -> str:
    """No database keeps a NUL, and half of a surrogate pair is no text; nobody types either."""
    text.encode()  # raises UnicodeEncodeError, which is a ValueError
    if "\x00" in text:
        raise ValueError("a NUL in a text")
    return text


Text = Annotated[str, AfterValidator(_storable)]


class _Loose(BaseModel):
    """Slack adds fields as it likes; those we read have their types checked."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Who(_Loose):
    """A user, a team or a channel, by id."""

    id: Text = Field(min_length=1, max_length=64)


class Command(_Loose):
    """A slash command."""

    type: Literal["command"] = "command"
    command: Text = Field(min_length=1)
    user_id: Text = Field(min_length=1, max_length=64)
    channel_id: Text = ""
    text: Text = ""
    trigger_id: Text = Field(min_length=1, max_length=100)

    @property
    def once(self) -> str:
        """What makes the request one of a kind."""
        return f"trigger:{self.trigger_id}"


class Action(_Loose):
    """A button that was pressed."""

    action_id: Text
    value: str | None = None


class Container(_Loose):
    """Where it was pressed."""

    channel_id: Text = ""
    message_ts: Text = ""


class BlockActions(_Loose):
    """Buttons pressed in a message or a view."""

    type: Literal["block_actions"]
    user: Who
    actions: list[Action] = Field(min_length=1)
    container: Container = Container()
    response_url: Text = ""
    trigger_id: Text = Field(min_length=1, max_length=100)

    @property
    def once(self) -> str:
        """What makes the request one of a kind."""
        return f"trigger:{self.trigger_id}"


class ViewState(_Loose):
    """What stands in the inputs: block → action → value."""

    values: dict[str, dict[str, dict[str, Any]]] = Field(default_factory=dict)


class View(_Loose):
    """A modal."""

    id: Text = Field(max_length=50)
    callback_id: Text
    hash: Text = Field("", max_length=50)
    private_metadata: Text = Field("", max_length=3_000)
    state: ViewState = ViewState()


class ViewSubmission(_Loose):
    """A modal that was submitted."""

    type: Literal["view_submission"]
    user: Who
    view: View
    trigger_id: Text = Field("", max_length=100)

    @property
    def once(self) -> str:
        """What makes the request one of a kind."""
        return f"trigger:{self.trigger_id or f'{self.view.id}:{self.view.hash}'}"


class Event(_Loose):
    """What happened in Slack."""

    type: Text = Field(min_length=1)


class EventCallback(_Loose):
    """An event."""

    type: Literal["event_callback"]
    event_id: Text = Field(min_length=1, max_length=100)
    event: Event

    @property
    def once(self) -> str:
        """What makes the request one of a kind."""
        return f"event:{self.event_id}"


class UrlVerification(_Loose):
    """Slack's question whether anybody lives here."""

    type: Literal["url_verification"]
    challenge: Text = Field(max_length=1_000)
    once: Literal[""] = ""


class SslCheck(_Loose):
    """Slack looks at our certificate; nothing is asked and nothing is done."""

    ssl_check: Literal["1"]
    once: Literal[""] = ""


Envelope = SslCheck | Command | BlockActions | ViewSubmission | EventCallback | UrlVerification
INTERACTIONS: dict[str, type[Envelope]] = {"block_actions": BlockActions, "view_submission": ViewSubmission}
EVENTS: dict[str, type[Envelope]] = {"event_callback": EventCallback, "url_verification": UrlVerification}


def read(body: bytes, *, form: bool) -> Envelope | None:
    """The envelope in a body; None for a kind we have no use for. Raises Malformed."""
    try:
        if not form:
            return _typed(_json(body.decode()), EVENTS)
        # a field that Slack sends twice does not exist; the last one counts, as in Bolt
        fields = {
            name: values[-1] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()
        }
        if "payload" in fields:
            return _typed(_json(fields["payload"]), INTERACTIONS)
        return (SslCheck if "ssl_check" in fields else Command).model_validate(fields)
    except (ValidationError, UnicodeDecodeError, ValueError, RecursionError) as fault:
        raise Malformed(type(fault).__name__) from fault


def _json(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        raise ValueError("not an object with a type")
    return value


def _typed(value: dict[str, Any], kinds: dict[str, type[Envelope]]) -> Envelope | None:
    model = kinds.get(value["type"])
    return model.model_validate(value) if model else None
