"""Block Kit's documented limits, against everything the app can say, with the longest it may be given."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from incident import errors
from incident.alerting import facts
from incident.alerting.channels import Order
from incident.alerting.facts import PersonFacts, TaskFacts, Words
from incident.coordination import departments, tasks
from incident.db import unit_of_work
from incident.models.incidents import IncidentDepartment, IncidentRoleHolder, Task
from incident.models.people import Person
from incident.playbooks import library
from incident.slack import home, modal, registry, words
from incident.slack.asking import Ask, refusal
from incident.slack.blocks import (
    announcement,
    card,
    declare,
    groups,
    lines,
    page,
    plans,
    posts,
    reminders,
    requests,
    texts,
)
from incident.slack.forms import FORMS
from incident.slack.forms.form import Kept
from incident.slack.sandbox import blockcheck, refusals
from incident.vocabulary import Level
from tests import builders

LONG = "名字🇨🇳👩‍👩‍👧‍👦 ‮עברית‬ <!channel> & *x* `y` " * 40  # some 1,600 characters: zh, emoji, RTL, marks
LOCALES = ("zh_CN", "en")


class Tongue:
    """A language that is known."""

    def __init__(self, locale: str) -> None:
        self.default = self.known = locale

    def now(self) -> str:
        return self.known


class Recorder:
    """Stands where Slack is called, and keeps the views that would be shown."""

    def __init__(self) -> None:
        self.views: list[dict[str, Any]] = []

    def call(self, _method: str, **arguments: Any) -> dict[str, Any]:
        self.views.append(arguments["view"])
        return {"view": {"id": "V1"}}


def fits(message: texts.Message) -> None:
    """As Slack takes a message; what people typed is neither mention nor mark."""
    try:
        blockcheck.check_message(message.blocks)
    except refusals.Refusal as refused:
        raise AssertionError(f"{message.text[:200]}: {refused.body()}") from refused
    assert 0 < len(message.text) < 4_000
    assert "<!channel>" not in message.text and "<!channel>" not in str(
        [block for block in message.blocks if block["type"] in ("section", "context")]
    )


def holds(view: dict[str, Any]) -> None:
    """As Slack takes a modal or the App Home."""
    try:
        blockcheck.check_view(view, kinds=("modal", "home"))
    except refusals.Refusal as refused:
        raise AssertionError(f"{view.get('callback_id')}: {refused.body()}") from refused


@pytest.fixture
def extreme(app):
    """(incident, person): all departments, a hundred tasks, and everybody with the longest of names."""
    incident = builders.an_incident(stage="verify")
    by, at = builders.acting("zhao"), builders.NOW
    called = {each.code for each in departments.lines(incident.id)}
    with unit_of_work() as session:
        for code in library.departments():
            if code not in called:
                departments.call_out(incident, code, by=by, at=at, calendar=builders.house().calendar)
        title = LONG[: tasks.TITLE_LONGEST]
        for _ in range(100):
            due = at + timedelta(hours=2)
            tasks.add(incident, title=title, department="COM", due_at=due, by=by, at=at)
        zhao = builders.person("zhao")
        session.execute(update(Task).values(assignee_id=zhao.id))
        session.execute(update(IncidentDepartment).values(lead_id=zhao.id))
        session.execute(update(IncidentRoleHolder).values(person_id=zhao.id))
        session.execute(update(Person).values(name=LONG + Person.email))
        incident.title_zh = incident.title_en = LONG
        incident.channel_id = "C1"
    return incident, builders.person("zhao")


def an_ask(app, person, locale) -> Ask:
    return Ask(
        person=person,
        language=Tongue(locale),
        rest="",
        channel_id="C1",
        trigger_id="T1",
        at=builders.NOW,
        house=builders.house(),
        settings=app.extensions["settings"],
        slack=Recorder(),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_every_word_and_every_form_fits_whatever_it_is_given(app, extreme, locale):
    incident, person = extreme
    ask = an_ask(app, person, locale)
    for name in registry.WORDS:
        for typed in (name, f"{name} {incident.number}", f"{name} {incident.number} {LONG[:900]}"):
            message = words.answer(ask, typed)
            if message is not None:
                fits(message)
    for typed in (
        "",
        "akc",
        LONG,
        "duty mine",
        "list mine",
        f"task {incident.number} list",
        "plan fee_dispute",
    ):
        fits(words.answer(ask, typed) or texts.Message("-", []))
    for form in FORMS.values():
        kept = Kept(incident.number, 0, {"task": str(tasks.of(incident.id)[0].id), "text": LONG * 2})
        assert len(kept.text()) <= 3_000
        ask.slack.views.append(modal.view(ask, incident, form, kept, told=LONG * 3))
    ask.slack.views += [declare.build(locale, summary=LONG * 3), requests.reason("1", locale)]
    modal.situation(ask, incident.number, trigger="T")
    for view in [*ask.slack.views, home.build(ask)]:
        holds(view)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_message_of_the_outbox_fits_whatever_it_is_given(app, extreme, locale):
    incident, person = extreme
    zone, long = builders.house().zone, {"zh": LONG, "en": LONG}
    shown = facts.of(incident, base_url="https://x.test")
    shown = replace(shown, acknowledged_by=PersonFacts(1, LONG, "U1", None), drill=True)
    for builder in (announcement.build, card.build, page.build):
        fits(builder(shown, locale, zone))
        fits(builder(replace(shown, acknowledged_at=None, acknowledged_by=None), locale, zone))
    found = facts.department_lines(incident.id)
    fits(lines.listing(shown, found, locale, zone))
    fits(lines.calls(shown, found, locale, zone))
    values = {"name": LONG, "situation": LONG * 2, "actions": LONG * 2, "needs": LONG * 2, "stage": "verify"}
    values |= {"level": "Ⅰ", "number": incident.number, "numbers": LONG}
    for said in posts.SAID:
        fits(posts.build(shown, {**values, "said": said}, locale))
    due = builders.NOW.isoformat()
    wanted = re.findall(r"%\((\w+)\)s", " ".join(part for row in reminders.ABOUT.values() for part in row))
    known = {"due_at": due, "department": "COM", "role": "scribe", "follow_up": "other"}
    more = {**{name: long if name == "plan_title" else LONG for name in wanted}, **known}
    more |= {"key_of_plan": "other", "number_of_version": "1"}
    for about in reminders.ABOUT:
        order = an_order("remind", {**values, **more, "about": about}, shown)
        fits(reminders.build(order, locale, zone, "https://x.test"))
    task = TaskFacts(1, incident.number, True, Level(1), Words(LONG, LONG), builders.NOW, True, True, False)
    many = replace(an_order("remind", {"about": "tasks"}, shown), tasks=(task,) * 100)
    fits(reminders.build(many, locale, zone, "https://x.test"))
    for version in library.all_current():
        fits(plans.build(version.plan, shown, "https://x.test", locale))
        fits(plans.build(version.plan, None, "https://x.test", locale))
    surge = {"surge_id": 1, "cause": long, "customers": 10**6}
    fits(groups.build(surge, locale, "https://x.test"))
    asked = {"option_kind": "waiver", "money": LONG, "option_id": 1}
    fits(requests.build(shown, asked, locale))
    error = errors.Refused("%(x)s", x=LONG * 5, reasons=[errors.Reason("%(x)s", {"x": LONG})] * 50)
    fits(refusal(error, an_ask(app, person, locale)))


def an_order(step: str, payload: dict[str, Any], shown: facts.IncidentFacts) -> Order:
    return Order(
        id=1,
        key="k",
        step=step,
        payload=payload,
        attempts=1,
        uncertain=False,
        created_at=builders.NOW,
        locale="en",
        incident=shown,
    )


def test_marks_that_people_type_are_read_and_not_drawn():
    assert texts.escape("*now* _so_ ~no~ `x` a_b 3*4\n> said") == (
        "∗now∗ ＿so＿ ∼no∼ ˋxˋ a_b 3*4\n\u200b&gt; said"
    )


def test_a_text_is_cut_before_what_it_would_halve():
    assert texts.cut("a &amp; b", 6) == "a …"
    assert texts.cut("see <https://x.test|y> now", 12) == "see …"
    assert texts.cut("short", 10) == "short"
