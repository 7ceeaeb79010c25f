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
    block_id: Text = ""
    value: Text | None = None


class Container(_Loose):
    """Where it was pressed: in a message, or in a view."""

    channel_id: Text = ""
    message_ts: Text = ""
    view_id: Text = ""


class File(_Loose):
    """A file of a message, as far as it can be fetched."""

    id: Text = Field("", max_length=64)
    name: Text | None = ""
    mimetype: Text | None = ""
    size: int | None = 0
    url_private_download: Text | None = ""
    url_private: Text | None = ""


class Message(_Loose):
    """A message that something was done on."""

    ts: Text = ""
    text: Text | None = ""
    user: Text | None = ""
    blocks: list[dict[str, Any]] | None = None
    files: list[File] | None = None


class SurfaceView(_Loose):
    """The view that something was pressed in."""

    id: Text = Field("", max_length=50)
    type: Text = ""


class BlockActions(_Loose):
    """Buttons pressed in a message or a view."""

    type: Literal["block_actions"]
    user: Who
    actions: list[Action] = Field(min_length=1)
    container: Container = Container()
    message: Message | None = None
    view: SurfaceView | None = None
    response_url: Text = ""
    trigger_id: Text = Field(min_length=1, max_length=100)

    @property
    def once(self) -> str:
        """What makes the request one of a kind."""
        return f"trigger:{self.trigger_id}"


class Shortcut(_Loose):
    """A shortcut of the app, from anywhere or on a message."""

    type: Literal["shortcut", "message_action"]
    callback_id: Text = Field(min_length=1, max_length=255)
    user: Who
    channel: Who | None = None
    message: Message | None = None
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
    blocks: list[dict[str, Any]] = Field(default_factory=list)

    @property
    def input_ids(self) -> list[str]:
        """The block ids of the inputs, in order: the only places where an answer may point at a fault."""
        ids = [each.get("block_id") for each in self.blocks if each.get("type") == "input"]
        return [each for each in ids if isinstance(each, str)]


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
    """What happened in Slack; the fields beyond the type differ and are read by whoever handles it."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)
    type: Text = Field(min_length=1)

    def text(self, *path: str) -> str:
        """A text somewhere in the event; empty where there is none."""
        found: Any = self.model_extra or {}
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        if not isinstance(found, str) or "\x00" in found:
            return ""
        return found.encode("utf-8", "replace").decode()


class EventCallback(_Loose):
    """An event."""

    type: Literal["event_callback"]
    event_id: Text = Field(min_length=1, max_length=100)
    event: Event
    authorizations: list[dict[str, Any]] = Field(default_factory=list)

    @property
    def once(self) -> str:
        """What makes the request one of a kind."""
        return f"event:{self.event_id}"

    @property
    def ours(self) -> bool:
        """Whether it only tells what the app itself did: it brought somebody into a channel."""
        bots = [each.get("user_id") for each in self.authorizations if each.get("is_bot")]
        return self.event.type == "member_joined_channel" and self.event.text("inviter") in bots


class UrlVerification(_Loose):
    """Slack's question whether anybody lives here."""

    type: Literal["url_verification"]
    challenge: Text = Field(max_length=1_000)
    once: Literal[""] = ""


class SslCheck(_Loose):
    """Slack looks at our certificate; nothing is asked and nothing is done."""

    ssl_check: Literal["1"]
    once: Literal[""] = ""


Envelope = SslCheck | Command | BlockActions | Shortcut | ViewSubmission | EventCallback | UrlVerification
INTERACTIONS: dict[str, type[Envelope]] = {
    "block_actions": BlockActions,
    "message_action": Shortcut,
    "shortcut": Shortcut,
    "view_submission": ViewSubmission,
}
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
