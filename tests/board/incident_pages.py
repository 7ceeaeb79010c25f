"""What the tests of the incident page share: its forms, its main part, and the row behind it."""

import re
from datetime import timedelta

from sqlalchemy import select
from werkzeug.test import TestResponse

from incident.db import db
from incident.models.incidents import Incident
from incident.models.records import TimelineEvent
from tests import builders

SOON = builders.NOW + timedelta(minutes=5)
SCRIPT = {"HX-Request": "true"}


def form(page: TestResponse, name: str) -> dict[str, str]:
    """The hidden fields of one of the page's forms."""
    for each in re.findall(r"<form.*?</form>", page.text, re.S):
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', each))
        if fields.get("form") == name:
            fields.pop("csrf_token")
            return fields
    raise AssertionError(f"there is no form {name} on the page")


def main(page: TestResponse) -> str:
    return page.text.partition("<main")[2].partition("</main>")[0]


def now(incident: Incident) -> Incident:
    db.session.expire_all()
    return db.session.get_one(Incident, incident.id)


def events(incident: Incident) -> list[str]:
    kinds = select(TimelineEvent.kind).where(TimelineEvent.incident_id == incident.id)
    return list(db.session.scalars(kinds.order_by(TimelineEvent.id)))
