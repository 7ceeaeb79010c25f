"""A table-top of three hours, played by eight people over real HTTP at high speed: the same report each time,
also when the service is stopped and started again, or killed, in its midst."""

import os
import random
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import requests
import time_machine
from flask import Flask
from sqlalchemy import event
from werkzeug.serving import make_server

from app import create_app
from incident import clock, drills, papers
from incident.db import db
from incident.drills import paper, report
from incident.models.drills import Drill
from tests import builders
from tests.conftest import Served, dispose, free_port, make_settings
from tests.scenarios.test_the_tour import Caller

PERSONAS = ("zhao", "huang", "zheng", "wang", "feng", "wu", "yang", "li")
STAFF = {"director": ["lin@demo.example"], "evaluator": ["tang@demo.example"]}
LENGTH = 181  # minutes
BUSY = (0, 5, 30, 60, 72, 90, 120, 147, 150)  # the beats that open, deliver, or find what was done
Kills = dict[int, int]  # the statement before which the process is killed, by minute
ACK, DEPARTMENTS, TASKS, RESPOND = "acknowledge", "departments", "tasks", "respond"
# (minute, who, what, of what, with what): what the eight do, right and wrong, in time and late
SCRIPT: tuple[tuple[int, str, str, str, dict[str, Any]], ...] = (
    (4, "zhao", ACK, "", {}),
    (6, "huang", DEPARTMENTS, "BR/accept", {}),
    (7, "zheng", DEPARTMENTS, "SEC/accept", {}),
    (9, "wang", DEPARTMENTS, "COM/accept", {}),
    (12, "feng", DEPARTMENTS, "LEG/accept", {}),
    (13, "wu", DEPARTMENTS, "PR/accept", {}),
    (15, "yang", DEPARTMENTS, "EXE/accept", {}),
    (19, "li", DEPARTMENTS, "CS/accept", {}),
    (21, "zhao", DEPARTMENTS, "CPO/accept", {}),
    (38, "zhao", DEPARTMENTS, "", {"department": "IT"}),
    (71, "wang", TASKS, "threshold_report", {"status": "done"}),
    (93, "li", RESPOND, "4", {"choice": 0}),
    (97, "wu", RESPOND, "4", {"choice": 1, "words": "统一口径，个别诉求走专线"}),
    (146, "huang", TASKS, "onsite_lead", {"status": "done"}),  # 26 minutes: six too many
    (152, "li", TASKS, "register_each", {"status": "done"}),
    (153, "zhao", TASKS, "written_demands", {"status": "done"}),
    (160, "yang", TASKS, "batch_solution", {"status": "done"}),
)


@contextmanager
def service(folder: Path) -> Iterator[tuple[Flask, str]]:
    """The service on a port of its own; it ends as a stopped process does: only the database is kept."""
    port = free_port()
    app = create_app(make_settings(folder, port=port, slack_rate_limits=False))
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield app, f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
        dispose(app)


def killed_at(app: Flask, statement: int, work: Callable[[], Any]) -> int:
    """Do some work of the service in a process of its own that is killed before the so manieth statement, or
    at the end of the work where it has fewer; returns the signal that ended it."""
    child = os.fork()
    if child == 0:
        try:
            _work_until_killed(app, statement, work)
        finally:
            os._exit(1)  # only where the work failed: the parent sees that it was no signal
    _pid, status = os.waitpid(child, 0)
    return os.WTERMSIG(status)


def _work_until_killed(app: Flask, statement: int, work: Callable[[], Any]) -> None:
    left = statement

    def count(*_given: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with app.app_context():
        db.engine.dispose(close=False)  # the parent's connections are the parent's
        event.listen(db.engine, "before_cursor_execute", count)
        event.listen(db.engine, "commit", count)
        work()
    os.kill(os.getpid(), signal.SIGKILL)


def beat() -> None:
    drills.beat.run(at=clock.now(), house=builders.house())


class Game:
    """One playing of the script."""

    def __init__(self, folder: Path, kills: Kills, lost: Kills) -> None:
        self.folder, self.kills, self.lost = folder, kills, lost
        self.killed: list[int] = []
        self.callers: dict[str, Caller] = {}
        with service(folder) as (app, url), app.app_context():
            builders.standard_people()
            served = cast(Served, SimpleNamespace(url=url))
            for who in (*PERSONAS, "lin", "tang"):
                self.callers[who] = Caller(served, email=builders.person(who).email)
            self.drill = self.callers["lin"].post("/drills", self._wanted(), expect=201)["id"]

    @staticmethod
    def _wanted() -> dict[str, Any]:
        return {
            "playbook": "group_complaint",
            "scenario": "online_group_threatens_siege",
            "starts_at": builders.NOW.isoformat(),
            "participants": [f"{who}@demo.example" for who in PERSONAS],
            "staff": STAFF,
        }

    def play(self, stops: tuple[int, ...], travelled: Any) -> str:
        """Play to the end, the service stopped after the minutes of `stops`; returns the report's text."""
        bounds = (*stops, LENGTH)
        first = 0
        for last in bounds:
            with service(self.folder) as (app, url):
                for each in self.callers.values():
                    each.url = f"{url}/api/v1"
                for minute in range(first, last):
                    self._minute(app, minute, travelled)
                first = last
        with service(self.folder) as (app, url):
            for each in self.callers.values():
                each.url = f"{url}/api/v1"
            return self._after(app, travelled)

    def _minute(self, app: Flask, minute: int, travelled: Any) -> None:
        travelled.move_to(builders.NOW + timedelta(minutes=minute))
        if minute in self.kills:
            self.killed.append(killed_at(app, self.kills[minute], beat))
        with app.app_context():
            beat()
        travelled.shift(timedelta(seconds=20))
        for at, who, what, of, body in SCRIPT:
            if at == minute:
                self._act(app, minute, self.callers[who], what, of, body)

    def _act(self, app: Flask, minute: int, who: Caller, what: str, of: str, body: dict[str, Any]) -> None:
        number = who.get(f"/drills/{self.drill}")["incident"]
        method, path = "POST", f"/incidents/{number}/{what}{f'/{of}' if of else ''}"
        if what == TASKS:
            tasks = {each["key"]: each["id"] for each in who.get(f"/incidents/{number}")["tasks"]}
            method, path = "PATCH", f"/tasks/{tasks[of]}"
        elif what == RESPOND:
            path = f"/drills/{self.drill}/injects/{of}/respond"
        if minute in self.lost:
            call = {"method": method, "path": f"/api/v1{path}", "json": body, "headers": who.headers}
            died = killed_at(app, self.lost[minute], lambda: app.test_client().open(**call))
            self.killed.append(died)
        # whoever had no answer presses once more; what had been done already is answered like that, or with
        # the news that it is done
        answer = requests.request(method, who.url + path, json=body, headers=who.headers, timeout=20)
        again = (409,) if minute in self.lost else ()
        assert answer.status_code in (200, 201, *again), answer.text

    def _after(self, app: Flask, travelled: Any) -> str:
        tang, lin = self.callers["tang"], self.callers["lin"]
        for objective, given, note in (("o1", "S", ""), ("o2", "M", "接待到位晚了六分钟"), ("o3", "P", "")):
            rated = {"objective": objective, "rating": given, "note": note}
            tang.post(f"/drills/{self.drill}/ratings", rated)
        travelled.move_to(builders.NOW + timedelta(hours=3, minutes=5))
        lin.post(f"/drills/{self.drill}/stop", {"reason": "到时"})
        with app.app_context():
            drill = db.session.get_one(Drill, self.drill)
            found = report.gather(drill, zone=builders.house().zone)
            assert {row.row.times for row in found.injects} == {1}
            return papers.as_text(paper.build(found, "zh_CN", builders.house().zone))


def played(
    tmp: Path,
    template: Path,
    name: str,
    stops: tuple[int, ...] = (),
    kills: Kills | None = None,
    lost: Kills | None = None,
) -> str:
    folder = tmp / name
    shutil.copytree(template, folder)
    with time_machine.travel(builders.NOW - timedelta(minutes=1), tick=False) as travelled:
        game = Game(folder, kills or {}, lost or {})
        said = game.play(stops, travelled)
        assert game.killed == [signal.SIGKILL] * (len(game.kills) + len(game.lost))
        return said


def ten_kills() -> Kills:
    """Ten minutes of the drill, half of them such as bring something, each with the statement it dies at."""
    dice = random.Random(5)  # the same in every run, so that a failure comes again
    minutes = dice.sample(BUSY, 5)
    minutes += dice.sample([each for each in range(LENGTH) if each not in BUSY], 5)
    return {minute: dice.randrange(40 if minute in BUSY else 8) for minute in minutes}


def ten_lost_answers() -> Kills:
    """Ten acts of the players, each with the statement of its request that the process dies at; where the
    request has fewer, all of it is done and only the answer is lost."""
    dice = random.Random(7)
    minutes = [at for at, *_act in SCRIPT]
    return {minute: dice.randrange(45) for minute in dice.sample(minutes, 10)}


def test_three_hours_end_in_the_same_report_however_often_the_service_was_stopped_or_killed(
    tmp_path: Path, template: Path
) -> None:
    whole = played(tmp_path, template, "whole")
    for line in (
        "认领用时 | 4 分 20 秒",
        "集结用时（有参演人员的部门全部接收） | 21 分 20 秒 · 8 / 8",
        "按时回应的注入 | 5 / 6（83%）",
        "参演率 | 8 / 8（100%）",
        "得分 | 77 / 90（86%）",
    ):
        assert line in whole, whole
    assert "注入 5 未按时完成" in whole and "M · 达成，但影响了其他工作" in whole
    # while an answer is owed, right after one, twice in a row, at the last inject
    assert played(tmp_path, template, "broken", (3, 72, 73, 151)) == whole
    assert played(tmp_path, template, "killed", kills=ten_kills()) == whole
    assert played(tmp_path, template, "lost", lost=ten_lost_answers()) == whole
