"""Whether it lives, whether it is fit for work, and its measures."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from incident import health
from incident.db import db, forget, unit_of_work
from incident.models.ground import Heartbeat
from tests import builders


def beat(at):
    with unit_of_work() as session:
        session.merge(Heartbeat(name="scheduler", at=at, holder="test"))


def ready(api):
    db.session.commit()
    response = api.app.test_client().get("/readyz")
    return response.status_code, response.get_json()


def test_a_living_process_says_so(api):
    response = api.app.test_client().get("/healthz")
    assert (response.status_code, response.get_json()) == (200, {"status": "ok"})


def test_a_service_with_a_beating_scheduler_is_ready(api):
    beat(builders.NOW)
    status, found = ready(api)
    assert status == 200, found
    assert found["parts"].keys() == {"database", "migrations", "scheduler", "outbox"}
    assert all(part["ok"] for part in found["parts"].values())


def test_without_a_scheduler_it_is_not_ready_and_names_it(api):
    for last in (None, builders.NOW - health.HEART_STOPPED - timedelta(seconds=1)):
        if last is not None:
            beat(last)
        status, found = ready(api)
        assert status == 503
        assert [name for name, part in found["parts"].items() if not part["ok"]] == ["scheduler"]


def test_a_message_that_waits_too_long_is_told_but_the_web_stays_in_service(api):
    beat(builders.NOW)
    sent = builders.NOW - health.UNDELIVERED_LONGEST - timedelta(minutes=1)
    builders.a_complaint(at=sent, received_at=sent.isoformat())
    status, found = ready(api)
    assert status == 200
    assert found["parts"]["outbox"]["ok"] is False
    assert found["parts"]["outbox"]["oldest_undelivered_seconds"] >= 660


def test_an_old_schema_makes_it_unready(api):
    beat(builders.NOW)
    with unit_of_work() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    status, found = ready(api)
    assert status == 503
    assert found["parts"]["migrations"]["present"] == "0000"


def test_a_database_without_tables_is_named_and_no_fault(api):
    with unit_of_work() as session:
        session.execute(text("DROP TABLE heartbeats"))
    status, found = ready(api)
    assert status == 503
    assert found["parts"]["scheduler"] == {"ok": False, "fault": "OperationalError"}


def measures(api):
    db.session.commit()
    forget("health/")
    response = api.app.test_client().get("/metrics")
    assert response.status_code == 200
    assert response.content_type.startswith("text/plain")
    return response.get_data(as_text=True)


def value(text_, start):
    [line] = [line for line in text_.splitlines() if line.startswith(start)]
    return float(line.rpartition(" ")[2])


def test_requests_are_counted_by_route_and_status_and_not_by_address(api):
    number = api.complaint()["incident"]["number"]
    route = "/api/v1/incidents/<string(maxlength=40):number>"
    line = f'incident_http_requests_total{{method="GET",route="{route}",status="200"}}'
    api.get(f"/incidents/{number}")
    before = value(measures(api), line)
    api.get(f"/incidents/{number}")
    found = measures(api)
    assert value(found, line) == before + 1
    assert number not in found


def test_incidents_and_deliveries_are_counted_without_naming_anybody(api):
    api.complaint()
    api.complaint()
    found = measures(api)
    assert value(found, 'incident_opened_total{kind="live"}') == 2
    assert value(found, 'incident_opened_total{kind="drill"}') == 0
    assert value(found, 'incident_deliveries{state="pending"}') > 0
    assert value(found, "incident_oldest_undelivered_seconds") >= 0
    assert "王" not in found


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_no_token_is_needed(api, path):
    assert api.app.test_client().get(path).status_code in (200, 503)
