"""The calls of the API as one table: what each needs, reads and answers; the document is built from it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from werkzeug.routing import IntegerConverter

from incident.accounts import Actor
from incident.lifecycle.common import House
from incident.permissions import Permission
from incident.vault import Attachment

MIB = 1024 * 1024
JSON = ("application/json",)
PARTS = ("multipart/form-data",)
INTEGER_MOST = 2**31 - 1  # the largest id the database holds
# name in a path → Flask's converter, and what the document says of it
PARAMETERS: dict[str, tuple[str, dict[str, Any]]] = {
    "id": ("row", {"type": "integer", "minimum": 0, "maximum": INTEGER_MOST}),
    "version": ("row", {"type": "integer", "minimum": 0, "maximum": INTEGER_MOST}),
    "n": ("row", {"type": "integer", "minimum": 1, "maximum": INTEGER_MOST}),
    "number": ("string(maxlength=40)", {"type": "string", "maxLength": 40}),
    "key": ("string(maxlength=60)", {"type": "string", "maxLength": 60}),
    "code": ("string(maxlength=10)", {"type": "string", "maxLength": 10}),
    "name": ("string(maxlength=40)", {"type": "string", "maxLength": 40}),
}


class RowId(IntegerConverter):
    """A number that the database can hold; a longer one names nothing (Werkzeug's own `max` would end the
    search for a route, and with it the API's own 404)."""

    regex = r"\d{1,10}"


@dataclass(frozen=True)
class Ask:
    """A checked request, as the function of its call gets it."""

    by: Actor
    at: datetime
    house: House
    url: str
    body: Any
    query: Any


@dataclass(frozen=True)
class Answer:
    """A status and its body; one that takes time is made after the transaction, by a function. A file is
    sent in place of a body."""

    status: int
    body: dict[str, Any] | Callable[[], dict[str, Any]]
    headers: dict[str, str] = field(default_factory=dict)
    file: Attachment | None = None

    def content(self) -> dict[str, Any]:
        """The body itself."""
        return self.body() if callable(self.body) else self.body


Handler = Callable[..., Answer]


@dataclass(frozen=True)
class Call:
    """One row: method, path below /api/v1, who may, what it reads and what it answers."""

    method: str
    path: str
    handler: Handler
    tag: str
    summary: str
    needs: Permission
    answers: dict[int, type[BaseModel]]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    read: Callable[[Any, datetime], Any] | None = None
    limit: int = MIB
    content_types: tuple[str, ...] = JSON
    own_units: bool = False
    sends_file: bool = False
    if_match: bool = False

    @property
    def name(self) -> str:
        """The operation's id."""
        return self.handler.__name__

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return re.sub(r"{(\w+)}", lambda found: f"<{PARAMETERS[found[1]][0]}:{found[1]}>", self.path)

    @property
    def parameters(self) -> list[str]:
        """The names in the path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def body_optional(self) -> bool:
        """Whether an empty body stands for `{}`."""
        fields = self.body.model_fields.values() if self.body else ()
        return not any(each.is_required() for each in fields)


CALLS: list[Call] = []


def call(method: str, path: str, **facts: Any) -> Callable[[Handler], Handler]:
    """Enter a function in the table; `facts` are the further fields of `Call`."""

    def enter(handler: Handler) -> Handler:
        CALLS.append(Call(method, path, handler, **facts))
        return handler

    return enter
