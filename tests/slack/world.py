"""A whole small world for the Slack tests: the service on a real port with the sandbox beside it."""

import hashlib
import hmac
import json
import logging
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import flask
from sqlalchemy import delete, func, select, update
from werkzeug.serving import make_server

from app import create_app
from incident import accounts, clock, clocks, duty, privacy
from incident import db as database
from incident.alerting import escalation, facts, outbox
from incident.alerting.delivery import Sender
from incident.alerting.fallback import FallbackChannel
from incident.coordination import finding
from incident.db import db, unit_of_work
from incident.lifecycle import acts, opening
from incident.lifecycle.common import House
from incident.models.alerts import Budget, Delivery, DeliveryState
from incident.models.incidents import DepartmentState, Incident, IncidentDepartment, Task
from incident.models.people import Person
from incident.models.records import TimelineEvent
from incident.settings import Settings
from incident.slack.channel import SlackChannel
from incident.vocabulary import Stage, TaskStatus

__all__ = ["Sender", "World", "acts", "facts", "opening", "words_of"]

ADMIN = accounts.system("test")
ADA = {"name": "Ada", "slack_id": "U0ADA", "role": "commander", "locale": "en"}
LI = {"name": "李娜", "slack_id": "U0LINA", "role": "responder", "locale": "zh_CN"}
BO = {"name": "Bo", "slack_id": "U0BO", "role": "responder", "locale": "en"}


def settings_for(directory: Path, port: int, **more: Any) -> Settings:
    """Settings of a test: the service and its sandbox share a port."""
    given = {
        "app_env": "test",
        "var_dir": directory,
        "port": port,
        "default_locale": "en",
        "slack_timeout_seconds": 2.0,
        "slack_rate_limits": False,
        "fallback_after_seconds": 30,
        "_env_file": None,
    }
    return Settings.load(**{**given, **more})


def sending_app(settings: Settings) -> flask.Flask:
    """As little of the service as a sender needs, for a process that will not live long."""
    app = flask.Flask("sending")
    privacy.use_keys(settings.personal_data_keys)
    database.init_app(app, settings)
    return app


class World:
    """The service, its sandbox, its sender, and short ways to set a scene and to look at it."""

    def __init__(self, directory: Path, **options: Any) -> None:
        """`directory` holds a migrated database with the plans; the world lives in it."""
        self._server = make_server("127.0.0.1", 0, flask.Flask("placeholder"), threaded=True)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self.settings = settings_for(directory, self._server.port, **options)
        self.app = create_app(self.settings)
        self.box = self.app.extensions["sandbox"]
        self._server.app = self.app
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.channel = SlackChannel(self.settings)
        self.sender = self.make_sender()
        self.house: House = self.app.extensions["house"]

    def make_sender(self, **more: Any) -> Sender:
        fallback = FallbackChannel(self.settings)
        return Sender(self.app, self.channel, settings=self.settings, fallback=fallback, **more)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.box.extensions["sandbox_sender"].stop()
        self.box.extensions["sandbox"].store.close()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    # the scene

    def person(self, *, in_slack: bool = True, on_duty: str | None = None, rank: int = 1, **who: Any) -> int:
        """Somebody, in Slack too unless told otherwise, and on duty for a department where one is named."""
        slack_id = who.get("slack_id")
        if in_slack and slack_id:
            locale = "zh-CN" if (who.get("locale") or "en").startswith("zh") else "en-US"
            email = f"{slack_id.lower()}@example.test"
            persona = {"id": slack_id, "name": slack_id.lower(), "real_name": who["name"]}
            self.control("people", {"people": [{**persona, "email": email, "locale": locale}]})
        with self.app.app_context(), unit_of_work():
            at = clock.now()
            given = {"role": "responder", "password": None, "email": f"{who['name']}@example.test", **who}
            found = accounts.add_person(by=ADMIN, at=at, **given)
            if on_duty:
                span = timedelta(days=7)
                shift = {"starts_at": at - timedelta(hours=1), "ends_at": at + span, "rank": rank}
                duty.add_shift(department=on_duty, person=found, by=ADMIN, at=at, **shift)
            return found.id

    def crew(self) -> None:
        """Ada leads and is on duty for customer service, Li is her backup, Bo is on duty for nobody."""
        self.person(**ADA, on_duty="CS")
        self.person(**LI, on_duty="CS", rank=2)
        self.person(**BO)

    def incident(self, kind: str = "service_attitude", *, level: int = 3, **more: Any) -> str:
        """Open an incident and return its number."""
        with self.app.app_context(), unit_of_work():
            at = clock.now()
            what = opening.Opening(kind, False, level, [], "hotline", at, **more)
            return opening.declare(what, by=ADMIN, at=at, house=self.house).number

    def act(self, number: str, verb: Callable[..., Any], *, who: str = "Ada", **given: Any) -> None:
        """Somebody does something to an incident, elsewhere than in Slack."""
        with self.app.app_context(), unit_of_work():
            person = db.session.scalar(select(Person).where(Person.name == who))
            verb(self.row(number), by=accounts.actor(person), at=clock.now(), **given)

    def finish(self, number: str) -> None:
        """Do everything that an incident needs before it can be closed, short of closing it."""
        self.act(number, acts.acknowledge)
        with self.app.app_context(), unit_of_work() as session:
            incident = self.row(number)
            incident.stage = Stage.FOLLOW_UP
            mine = Task.incident_id == incident.id
            session.execute(update(Task).where(mine).values(status=TaskStatus.DONE))
            mine = IncidentDepartment.incident_id == incident.id
            session.execute(update(IncidentDepartment).where(mine).values(state=DepartmentState.SIGNED_OFF))
            found = finding.Found("not_upheld", "Nothing of it is on the recording.")
            by = accounts.system("test")
            finding.record(incident, found, rule_set="cn", by=by, at=clock.now())
            incident.data_reviewed_at, incident.data_reviewed_by = clock.now(), ADMIN.label
            for each in clocks.running(incident.id):
                if each.kind == "statutory":
                    clocks.void(incident, each.id, reason="it does not apply", by=by, at=clock.now())

    def page_next(self, number: str, *, rung: int) -> None:
        """Alert everybody on the next rung, as the ladder does when nobody answers."""
        with self.app.app_context(), unit_of_work():
            people = db.session.scalars(select(Person).where(Person.name == "Bo"))
            rows = escalation.page_rows(self.row(number).id, rung, people, at=clock.now())
            outbox.enqueue_rows(rows)

    # time

    def settle(self, *, sender: Sender | None = None, rounds: int = 6) -> None:
        """Send until nothing is left, as if every waiting time had passed."""
        sender = sender or self.sender
        for _round in range(rounds):
            self.hurry()
            if not sender.run_until_quiet():
                return

    def until_quiet(self, *, seconds: float) -> None:
        """Watch the running sender until nothing is left; fails once the time is over."""
        end = clock.monotonic() + seconds
        busy = [DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.WAITING]
        query = select(func.count()).select_from(Delivery).where(Delivery.state.in_(busy))
        while True:
            with self.app.app_context():
                left = db.session.scalar(query)
            if not left:
                return
            assert clock.monotonic() < end, f"{left} deliveries are still on their way"
            threading.Event().wait(0.1)

    def hurry(self) -> None:
        with self.app.app_context(), unit_of_work() as session:
            past = clock.now() - timedelta(seconds=1)
            session.execute(
                update(Delivery).where(Delivery.state == DeliveryState.PENDING).values(next_at=past)
            )
            session.execute(delete(Budget))

    def age(self, seconds: int) -> None:
        """Make every delivery older than it is."""
        with self.app.app_context(), unit_of_work():
            for row in db.session.scalars(select(Delivery)):
                row.created_at -= timedelta(seconds=seconds)

    # looking

    def row(self, number: str) -> Incident:
        return db.session.scalars(
            select(Incident).where(Incident.number == number).execution_options(populate_existing=True)
        ).one()

    def facts(self, number: str) -> dict[str, Any]:
        with self.app.app_context():
            row = self.row(number)
            return {column.key: getattr(row, column.key) for column in Incident.__table__.columns}

    def steps(self, number: str, step: str | None = None) -> list[dict[str, Any]]:
        with self.app.app_context():
            query = select(Delivery).join(Incident).where(Incident.number == number).order_by(Delivery.id)
            rows = db.session.scalars(query.where(Delivery.step == step) if step else query)
            return [{name: getattr(row, name) for name in row.__table__.columns.keys()} for row in rows]  # noqa: SIM118

    def app_delivery(self, delivery_id: int) -> Delivery:
        return db.session.get_one(Delivery, delivery_id, populate_existing=True)

    def told(self, number: str) -> list[tuple[str, dict[str, Any]]]:
        """The timeline as (kind, data)."""
        with self.app.app_context():
            rows = db.session.scalars(
                select(TimelineEvent).where(TimelineEvent.incident_id == self.row(number).id)
            )
            return [(row.kind, row.data) for row in rows]

    def numbers(self) -> list[str]:
        with self.app.app_context():
            return list(db.session.scalars(select(Incident.number).order_by(Incident.id)))

    # Slack

    def signed(self, fields: dict[str, str]) -> Any:
        """A form as Slack signs it, straight to the application."""
        return self._signed(urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def signed_event(self, body: dict[str, Any]) -> Any:
        """An event as Slack signs it, straight to the application."""
        return self._signed(json.dumps(body).encode(), "application/json")

    def _signed(self, body: bytes, kind: str) -> Any:
        stamp = str(int(clock.now().timestamp()))
        digest = hmac.new(b"sandbox-signing-secret", b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest.hexdigest()}"}
        return self.app.test_client().post("/slack/events", data=body, content_type=kind, headers=headers)

    def control(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> dict[str, Any]:
        request = urllib.request.Request(f"{self.url}/sandbox/control/{path}", method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(error.read().decode()) from None

    def fault(self, kind: str, method: str = "*", times: int | None = None) -> None:
        self.control("faults", {"method": method, "kind": kind, "times": times})

    def heal(self) -> None:
        self.control("faults", None, method="DELETE")

    def slack(self) -> dict[str, Any]:
        return self.control("state?calls=10000", None, method="GET")

    def room(self, name_or_id: str) -> dict[str, Any]:
        return next(c for c in self.slack()["channels"] if name_or_id in (c["id"], c.get("name")))

    def direct(self, slack_id: str) -> list[dict[str, Any]]:
        """The messages the app sent somebody directly."""
        found = [c for c in self.slack()["channels"] if c["kind"] == "im" and slack_id in c["members"]]
        return [message for channel in found for message in channel["messages"]]

    def said(self, name_or_id: str) -> list[dict[str, Any]]:
        """The app's own messages in a channel."""
        return [each for each in self.room(name_or_id)["messages"] if "metadata" in each]

    def command(self, text: str, *, user: str = "U0ADA", channel: str = "C0GENERAL") -> dict[str, Any]:
        return self.control(
            "command", {"user": user, "channel": channel, "text": f"/incident {text}".strip()}
        )


def words_of(message: dict[str, Any]) -> str:
    """Everything a message says, as one string."""
    return json.dumps(message, ensure_ascii=False)


ENGLISH = re.compile(r"[A-Za-z]{4,} [a-z]{2,} [a-z]{2,}")
SOURCE = re.compile(r"来源：[^）]*")  # where a rule is written is named in its own language


def english_in(text: str) -> bool:
    """Whether there is an English sentence in what a reader of Chinese sees."""
    return ENGLISH.search(SOURCE.sub("", text)) is not None
