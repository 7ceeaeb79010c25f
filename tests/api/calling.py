"""A client of the API with tokens for services and people, and what refusals must look like."""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from incident import accounts
from incident.db import db, unit_of_work
from tests import builders


@dataclass
class Api:
    """Calls `/api/v1` as a service with every scope, unless `as_` names another."""

    app: Flask
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, name: str) -> str:
        """The token of one of the standard people (`zhao`), or of a service with a scope (`reports:read`)."""
        if name not in self.tokens:
            whom = {"scopes": [name]} if ":" in name or name == "admin" else {"person": builders.person(name)}
            with unit_of_work():
                self.tokens[name] = accounts.create_token(
                    name=f"{name} token", by=builders.BY, at=builders.NOW, **whom
                )
        return self.tokens[name]

    def call(self, method: str, path: str, *, as_: str = "admin", **given: Any) -> TestResponse:
        """Send one request; the answer's language is English unless a header says otherwise."""
        headers = {
            "Authorization": f"Bearer {self.token(as_)}",
            "Accept-Language": "en",
            **given.pop("headers", {}),
        }
        with self.app.app_context():  # a session of its own, as in life
            return self.app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **given)

    def get(self, path: str, **given: Any) -> TestResponse:
        """GET."""
        return self.call("GET", path, **given)

    def post(self, path: str, body: Any = None, **given: Any) -> TestResponse:
        """POST a JSON body, or none."""
        return self.call("POST", path, **({} if body is None else {"json": body}), **given)

    def patch(self, path: str, body: Any, **given: Any) -> TestResponse:
        """PATCH a JSON body."""
        return self.call("PATCH", path, json=body, **given)

    def complaint(self, **given: Any) -> dict[str, Any]:
        """A complaint taken by the API, with its incident."""
        response = self.post("/complaints", builders.complaint_body(**given))
        assert response.status_code == 201, response.get_data(as_text=True)
        return dict(response.get_json())


def count(what: Any, *where: Any) -> int:
    """How many rows there are now."""
    db.session.commit()  # else the test's session goes on reading what it read before
    return db.session.scalar(select(func.count()).select_from(what).where(*where)) or 0


def problem(response: TestResponse, status: int) -> dict[str, Any]:
    """The problem document of a refusal, checked for its shape."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.content_type == "application/problem+json"
    found = dict(response.get_json())
    assert {"type", "title", "status", "detail", "instance"} <= found.keys()
    assert found["status"] == status
    assert found["type"].startswith("/problems/")
    assert found["detail"]
    return found


def places(found: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Where a problem's faults are."""
    return [tuple(each["loc"]) for each in found["errors"]]
