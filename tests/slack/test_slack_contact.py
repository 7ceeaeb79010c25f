"""The word `contact`, in English and in Chinese: may one call, plan it, write it down, and why not."""

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select

from incident import clock
from incident.db import db
from incident.models.contacts import Contact


def told(world, text, **where):
    """What the one who typed it sees, as one string."""
    return json.dumps(world.command(text, **where)["shown"], ensure_ascii=False)


def rows(world):
    with world.app.app_context():
        found = db.session.scalars(select(Contact).order_by(Contact.id))
        return [(str(row.kind), str(row.channel), row.outcome, row.said("summary")) for row in found]


def at(hour):
    """A day in Shanghai at an hour, with the clock running."""
    day = (clock.now() + timedelta(days=1)).astimezone(ZoneInfo("Asia/Shanghai"))
    return time_machine.travel(day.replace(hour=hour, minute=0), tick=True)


@pytest.fixture
def noon():
    with at(12):
        yield


@pytest.fixture
def night():
    with at(23):
        yield


def test_it_says_whether_one_may(world, noon):
    number = world.incident()
    assert "may be contacted now" in told(world, f"contact {number} may phone")
    assert "可以联系" in told(world, f"联系 {number} 可否 电话", user="U0LINA")
    assert "may be contacted now" in told(world, f"contact {number}")


def test_a_refusal_names_the_rule_and_its_source(world, night):
    number = world.incident()
    said = told(world, f"contact {number} may")
    assert "may not be contacted now" in said and "quiet_hours_from" in said and "source" in said
    said = told(world, f"contact {number} log they agreed")
    assert "🚫" in said and "quiet_hours_from" in said and rows(world) == []


def test_a_contact_is_planned_and_written_down(world, noon):
    number = world.incident()
    assert "Planned for" in told(world, f"contact {number} plan visit 2h")
    assert "Written in the contact log" in told(world, f"contact {number} log phone no_answer")
    assert "已登记" in told(world, f"联系 {number} 登记 短信 客户同意周五回电", user="U0LINA")
    assert rows(world) == [
        ("planned", "visit", None, ""),
        ("attempt", "phone", "no_answer", ""),
        ("conversation", "sms", None, "客户同意周五回电"),
    ]


def test_what_is_missing_is_said(world, noon):
    number = world.incident()
    assert "Say what came of it" in told(world, f"contact {number} log")
    assert "is no time I can read" in told(world, f"contact {number} plan phone soon")
    assert "`may [way]`" in told(world, "help contact")
