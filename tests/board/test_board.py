"""The board: what is on fire first, filters and search, pages by cursor, and the cheap question for news."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, insert, update
from werkzeug.test import TestResponse

from incident.board import board_list, figures
from incident.board.board_list import Filters
from incident.db import db, forget, unit_of_work
from incident.lifecycle import acts
from incident.models.incidents import Incident, IncidentDepartment, Task
from incident.models.people import Person
from tests import builders
from tests.board.pages import Visitor, text

SOON = builders.NOW + timedelta(minutes=5)


@pytest.fixture
def zhao(app):
    with time_machine.travel(SOON, tick=False):
        yield Visitor(app, "zhao")


def numbers(answer: TestResponse) -> list[str]:
    return re.findall(r'row-link" href="/incidents/([A-Z]+-\d+-\d+)"', answer.text)


def fresh() -> None:
    """The figures are kept for seconds; a test does not wait for them."""
    forget("board/")


def many(count: int, **given: object) -> None:
    """Rows for incidents like one that exists, without everything that belongs to them."""
    pattern = builders.an_incident()
    columns = {c.key: getattr(pattern, c.key) for c in Incident.__table__.columns if c.key != "id"}
    rows = [
        {
            **columns,
            "number": f"INC-2025-{n:06d}",
            "opened_at": builders.NOW + timedelta(seconds=n % 7),
            **given,
        }
        for n in range(count)
    ]
    with unit_of_work():
        db.session.execute(insert(Incident), rows)


def test_nobody_answered_comes_first_then_clocks_at_risk_then_the_rest_by_level_and_age(zhao):
    rest = builders.an_incident(stage="verify", complaint_type="fee_dispute")
    grave = builders.an_incident(stage="verify", signals=["self_harm_threat"])
    risk = builders.an_incident(stage="verify", complaint_type="fee_dispute")
    open_ = builders.an_incident(complaint_type="fee_dispute")
    with unit_of_work():
        later = {"risk_at": SOON + timedelta(hours=1)}
        for each, values in ((rest, later), (grave, later), (risk, {"risk_at": SOON - timedelta(minutes=1)})):
            db.session.execute(update(Incident).where(Incident.id == each.id).values(**values))
    answer = zhao.get("/")
    assert numbers(answer) == [each.number for each in (open_, risk, grave, rest)]
    headings = re.findall(r'<h2 id="head-(\w+)"', answer.text)
    assert headings == ["nobody", "risk", "rest"]


def test_a_row_says_level_number_type_stage_commander_departments_and_the_time_left(zhao):
    incident = builders.an_incident(stage="verify")
    row = text(zhao.get("/")).partition("Under way")[2]
    for words in ("Ⅲ", incident.number, "Improper collection", "Verify", "left", "Collections", "min ago"):
        assert words in row
    assert db.session.get_one(Person, incident.commander_id).name in row


def test_without_a_commander_the_row_says_nobody(zhao):
    incident = builders.an_incident()
    with unit_of_work():
        db.session.execute(update(Incident).where(Incident.id == incident.id).values(commander_id=None))
    assert '<span class="person nobody">nobody</span>' in zhao.get("/").text


def test_a_drill_stands_in_its_own_band_and_in_no_live_figure(zhao):
    live, drill = builders.an_incident(), builders.an_incident()
    with unit_of_work():
        db.session.execute(
            update(Incident).where(Incident.id == drill.id).values(drill=True, number="DRL-2026-000001")
        )
    fresh()
    answer = zhao.get("/")
    assert numbers(answer) == ["DRL-2026-000001", live.number]
    assert "DRILL" in answer.text
    assert figures.current().nobody == figures.current().open == 1
    assert numbers(zhao.get("/?drill=1")) == ["DRL-2026-000001"]


@pytest.mark.parametrize(
    ("query", "found"),
    [("催收", True), ("信用卡", False), ("improper", True), ("collection hotline", True), ("100%", False)],
)
def test_the_search_finds_words_of_either_language(zhao, query, found):
    incident = builders.an_incident()
    assert (incident.number in numbers(zhao.get("/", query_string={"q": query}))) is found


def test_the_search_finds_a_number_however_it_is_written_and_whatever_became_of_it(zhao):
    incident, other = builders.an_incident(), builders.an_incident()
    with unit_of_work():
        closed = {"status": "cancelled"}
        db.session.execute(update(Incident).where(Incident.id == incident.id).values(**closed))
    short = str(int(incident.number.rpartition("-")[2]))
    for query in (incident.number, incident.number.lower(), short, f"inc-{short}"):
        assert numbers(zhao.get("/", query_string={"q": query})) == [incident.number]
    assert numbers(zhao.get("/", query_string={"q": f"DRL-{short}"})) == []
    assert numbers(zhao.get("/")) == [other.number]


@pytest.mark.parametrize(
    "query",
    [
        "level=3",
        "stage=verify",
        "type=fee_dispute",
        "department=LEG",
        "need=nobody",
        "need=risk",
        "status=closed",
    ],
)
def test_each_filter_narrows_the_list_and_stands_in_the_address(zhao, query):
    kept = {
        "level=3": builders.an_incident(complaint_type="fee_dispute"),
        "stage=verify": builders.an_incident(stage="verify", signals=["self_harm_threat"]),
    }
    name, _, value = query.partition("=")
    answer = zhao.get("/?" + query)
    wanted = []
    for incident in kept.values():
        departments = {
            code
            for code in db.session.scalars(
                db.select(IncidentDepartment.code).where(IncidentDepartment.incident_id == incident.id)
            )
        }
        facts = {
            "level": int(incident.level) == 3,
            "stage": incident.stage == "verify",
            "type": incident.complaint_type == value,
            "department": value in departments,
            "need": incident.acknowledged_at is None if value == "nobody" else incident.risk_at <= SOON,
            "status": False,
        }
        if facts[name]:
            wanted.append(incident.number)
    assert sorted(numbers(answer)) == sorted(wanted)


def test_the_figures_count_what_needs_somebody(zhao):
    earlier = builders.NOW - timedelta(hours=1)
    silent = builders.an_incident(at=earlier, received_at=earlier.isoformat())
    just_now = builders.NOW + timedelta(minutes=1)  # at level Ⅰ a department has five minutes to accept
    builders.an_incident(stage="verify", at=just_now, signals=["self_harm_threat"])
    with unit_of_work():
        done = {"status": "done", "done_at": SOON}
        db.session.execute(update(Task).values(**done))
        late = db.session.scalars(db.select(Task.id).where(Task.incident_id == silent.id).limit(2)).all()
        db.session.execute(
            update(Task).where(Task.id.in_(late)).values(status="todo", due_at=SOON - timedelta(minutes=1))
        )
    fresh()
    found = figures.current()
    lines = db.session.scalars(
        db.select(IncidentDepartment).where(IncidentDepartment.incident_id == silent.id)
    ).all()
    assert (found.nobody, found.grave, found.tasks, found.departments) == (1, 1, 2, len(lines))
    assert numbers(zhao.get("/?need=tasks")) == numbers(zhao.get("/?need=departments")) == [silent.number]


@pytest.mark.parametrize("sort", ["need", "newest", "oldest", "due", "activity"])
def test_pages_by_cursor_show_every_incident_once(zhao, sort):
    many(23)
    with unit_of_work():
        ids = db.session.scalars(db.select(Incident.id).order_by(Incident.id)).all()
        answered = {"acknowledged_at": SOON, "acknowledged_by_id": builders.person("zhao").id}
        db.session.execute(update(Incident).where(Incident.id.in_(ids[8:])).values(**answered))
        db.session.execute(
            update(Incident).where(Incident.id.in_(ids[15:])).values(risk_at=SOON - timedelta(minutes=3))
        )
    seen: list[int] = []
    filters, after = Filters(sort=sort), None
    for _ in range(10):
        page = board_list.page(filters, at=SOON, after=after, limit=5)
        seen += [row.id for row in page.rows]
        assert len(page.rows) <= 5
        after = board_list.cursor(page.next)
        if after is None:
            break
    assert sorted(seen) == ids and len(seen) == len(set(seen))
    whole = [row.id for row in board_list.page(filters, at=SOON, limit=100).rows]
    assert seen == whole


def test_a_cursor_that_somebody_bent_shows_the_first_page(zhao):
    incident = builders.an_incident()
    for bent in ("xyz", "W10", "e30", "%00"):
        assert numbers(zhao.get("/", query_string={"cursor": bent})) == [incident.number]


def test_nothing_open_says_how_to_report_one(zhao):
    assert "Nothing is open." in text(zhao.get("/")) and "/incident open" in text(zhao.get("/"))
    assert "Nothing fits these filters." in text(zhao.get("/?level=1"))


def test_the_question_for_news_is_answered_with_304_until_something_happens(zhao):
    incident = builders.an_incident()
    tag = re.search(r'data-etag="([^"]+)"', zhao.get("/").text)[1]
    ask = {"If-None-Match": f'"{tag}"'}
    assert zhao.get("/board/rows", headers=ask).status_code == 304
    with unit_of_work():
        acts.note(incident, "called back", by=builders.acting("chen"), at=SOON)
    news = zhao.get("/board/rows", headers=ask)
    assert news.status_code == 200 and news.headers["ETag"] != f'"{tag}"'
    assert f'id="i-{incident.id}"' in news.text and "<html" not in news.text


def test_only_the_row_that_changed_has_another_digest(zhao):
    one, other = builders.an_incident(), builders.an_incident()

    def digests() -> dict[str, str]:
        rows = r'<li id="(i-\d+)"[^>]*data-rev="(\w+)"'
        return dict(re.findall(rows, zhao.get("/board/rows").text))

    before = digests()
    with unit_of_work():
        acts.acknowledge(one, by=builders.acting("zhao"), at=SOON)
    after = digests()
    assert after[f"i-{one.id}"] != before[f"i-{one.id}"]
    assert after[f"i-{other.id}"] == before[f"i-{other.id}"]


def test_time_alone_changes_no_rows_digest(zhao):
    builders.an_incident()
    rows = r'<li id="i-\d+"[^>]*data-rev="(\w+)"'
    before = re.findall(rows, zhao.get("/board/rows").text)
    with time_machine.travel(SOON + timedelta(minutes=2), tick=False):
        assert re.findall(rows, zhao.get("/board/rows").text) == before != []


def test_the_answer_is_the_readers_own_language(app, zhao):
    builders.an_incident()
    tag = zhao.get("/board/rows").headers["ETag"]
    chinese = Visitor(app, "zhao", language="zh-CN")
    answer = chinese.get("/board/rows", headers={"If-None-Match": tag})
    assert answer.status_code == 200 and "核实" not in answer.text and "接诉" in answer.text


def test_the_number_of_queries_does_not_grow_with_the_rows(zhao):
    def asked() -> int:
        fresh()
        statements: list[str] = []
        listener = lambda *given: statements.append(given[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listener)
        zhao.get("/")
        event.remove(db.engine, "before_cursor_execute", listener)
        # plans, departments and notices are kept for seconds, so that they are read now and then
        # and a transaction may be open already
        kept = ("plan_versions", "FROM departments", "notices", "BEGIN")
        return len([each for each in statements if not any(name in each for name in kept)])

    many(2)
    asked()  # the signed-in person is read once and then known to the test's own session
    few = asked()
    with unit_of_work():
        db.session.execute(update(Incident).values(number=db.func.replace(Incident.number, "2025", "2024")))
    many(30)  # less than a page, so that every group is asked for
    assert asked() == few < 20


def test_a_responder_acknowledges_from_the_board_and_stays_there(app, zhao):
    incident = builders.an_incident()
    answer = zhao.post(f"/incidents/{incident.number}/acknowledge", {"next": "board"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "data-ack" not in zhao.get("/").text
    assert "data-ack" not in Visitor(app, auditor_name()).get("/").text


def auditor_name() -> str:
    """Somebody who may look and not act."""
    return db.session.scalars(db.select(Person.email).where(Person.role == "auditor").limit(1)).one()
