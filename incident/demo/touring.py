"""The ten steps of the guided tour, each noticing in the records that it was done, some offering to do it."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import select

from incident import accounts, clock, i18n
from incident.db import db, unit_of_work
from incident.demo import finishing, tour_words
from incident.drills import programme, running
from incident.intake import body, receive
from incident.lifecycle import acts
from incident.lifecycle.common import House
from incident.models.alerts import Delivery
from incident.models.incidents import DepartmentState, Incident, IncidentDepartment, Task
from incident.models.people import Person
from incident.models.updates import IncidentUpdate
from incident.vocabulary import TaskStatus

SOURCE = "tour"
TRAINER = "lin@demo.example"
DRILLED = "service_attitude"  # the plan of the example and of the drill: few departments, nothing sensitive
EXAMPLE = {
    "channel": "hotline",
    "complaint_type": DRILLED,
    "product": "信用卡",
    "summary": "客户投诉坐席态度生硬",
    "narrative": "我打热线询问账单，坐席多次打断我并挂断电话，要求核实录音并道歉。",
    "customer": {"name": "李雷", "phone": "13500135000"},
    "escalated": True,
    "escalation_reason": "客户要求当日答复",
}


class Look(Protocol):
    """What the workspace tells a step: since when the tour runs, and what people have read in it."""

    @property
    def at(self) -> datetime:
        """When the tour began."""

    def read_directly(self, text: str) -> bool:
        """Whether somebody has read a direct message with this text in it."""

    def read_in(self, channel: str) -> bool:
        """Whether somebody has read the app's messages in a channel of this name."""


Words = Callable[[str], str]
Question = Callable[[Look, Incident], bool]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: words by language ("en", "zh"), how one sees that it was done, and what it offers."""

    key: str
    title: Words
    text: Words
    done: Callable[[Look], bool]
    act: Callable[[Look], None] | None = None
    act_label: Words = str
    go: Callable[[Look], dict[str, str]] | None = None
    go_label: Words = str


class Tour:
    """The steps, in the application whose `context` they look and act in; `url` is where people reach it."""

    def __init__(
        self, context: Callable[[], contextlib.AbstractContextManager[Any]], house: House, url: str
    ) -> None:
        self._context, self._house, self._url = context, house, url

    def steps(self) -> list[Step]:
        """All ten, in order."""
        return [
            self._step("report", lambda _look, _incident: True, act=self._report),
            self._step("alert", lambda look, incident: look.read_directly(incident.number), go=_to_alert),
            self._step("acknowledge", lambda _, incident: incident.acknowledged_at is not None, go=_to_alert),
            self._step("channel", lambda look, incident: look.read_in(_room(incident)), go=_to_channel),
            self._step("department", lambda _, incident: _accepted(incident), go=_to_channel),
            self._step("task", lambda _, incident: _task_done(incident), go=self._to_board),
            self._step("clock", lambda _, incident: _updated(incident), go=_to_channel),
            self._step("rest", lambda _, incident: not _missing(incident), act=self._finish),
            self._step("close", lambda _, incident: incident.closed_at is not None, go=_to_channel),
            _dressed("drill", done=self._drilled, act=self._drill),
        ]

    def _step(
        self,
        key: str,
        question: Question,
        *,
        act: Callable[[Look], None] | None = None,
        go: Callable[[Incident], dict[str, str]] | None = None,
    ) -> Step:
        """A step about the tour's incident: not done, and leading nowhere, while there is none."""

        def done(look: Look) -> bool:
            with self._context():
                incident = _incident(look)
                return incident is not None and question(look, incident)

        def leads(look: Look) -> dict[str, str]:
            with self._context():
                incident = _incident(look)
                found = go(incident) if incident is not None and go is not None else {}
                return {name: value for name, value in found.items() if value}

        return _dressed(key, done=done, act=act, go=leads if go is not None else None)

    def _to_board(self, incident: Incident) -> dict[str, str]:
        return {"url": f"{self._url}/incidents/{incident.number}"}

    def _report(self, _look: Look) -> None:
        at = clock.now()
        name = f"TOUR-{at:%Y%m%d%H%M%S%f}"
        raw = {**EXAMPLE, "source": SOURCE, "source_ref": name, "received_at": at.isoformat()}
        with self._context(), unit_of_work():
            prepared = receive.prepare(body.read(raw, at=at))
            receive.receive(prepared, by=accounts.system(SOURCE), at=at, house=self._house)

    def _finish(self, look: Look) -> None:
        with self._context(), unit_of_work():
            incident = _incident(look)
            if incident is not None and incident.is_open:
                finishing.finish(incident, at=clock.now(), house=self._house)

    def _drill(self, _look: Look) -> None:
        at = clock.now()
        with self._context(), unit_of_work():
            by = finishing.acting(TRAINER)
            [drill] = programme.schedule(
                programme.Wanted(plan_key=DRILLED, participants=[finishing.LEAD, finishing.CLERK]),
                starts_at=at + timedelta(seconds=1),
                by=by,
                at=at,
                house=self._house,
            )
            running.begin(drill.id, by=by, at=at, house=self._house)

    def _drilled(self, look: Look) -> bool:
        with self._context():
            query = select(Incident.id).where(Incident.drill, Incident.opened_at >= look.at)
            return db.session.scalar(query.limit(1)) is not None


def _dressed(key: str, **parts: Any) -> Step:
    """A step with its words."""
    words: dict[str, Any] = {name: _said(message) for name, message in tour_words.STEPS[key].items()}
    return Step(key=key, **words, **parts)


def _said(message: str) -> Words:
    return lambda language: i18n.say(message, "zh_CN" if language == "zh" else "en")


def _incident(look: Look) -> Incident | None:
    """The first emergency since the tour began: the one it follows."""
    query = select(Incident).where(~Incident.drill, Incident.opened_at >= look.at)
    return db.session.scalar(query.order_by(Incident.id).limit(1))


def _to_alert(incident: Incident) -> dict[str, str]:
    """The first person alerted, by their Slack id."""
    pages = select(Delivery).where(Delivery.incident_id == incident.id, Delivery.step == "page")
    first = db.session.scalar(pages.order_by(Delivery.id).limit(1))
    person = db.session.get(Person, first.payload["person_id"]) if first is not None else None
    return {"person": (person.slack_id or "") if person is not None else ""}


def _to_channel(incident: Incident) -> dict[str, str]:
    return {"channel": _room(incident)}


def _room(incident: Incident) -> str:
    return incident.channel_name or ""


def _missing(incident: Incident) -> bool:
    return incident.is_open and bool(acts.missing_for_close(incident))


def _accepted(incident: Incident) -> bool:
    waiting = (DepartmentState.CALLED, DepartmentState.STOOD_DOWN)
    mine = IncidentDepartment.incident_id == incident.id
    query = select(IncidentDepartment.id).where(mine, IncidentDepartment.state.not_in(waiting))
    return db.session.scalar(query.limit(1)) is not None


def _task_done(incident: Incident) -> bool:
    query = select(Task.id).where(Task.incident_id == incident.id, Task.status == TaskStatus.DONE)
    return db.session.scalar(query.limit(1)) is not None


def _updated(incident: Incident) -> bool:
    query = select(IncidentUpdate.id).where(IncidentUpdate.incident_id == incident.id)
    return db.session.scalar(query.limit(1)) is not None
