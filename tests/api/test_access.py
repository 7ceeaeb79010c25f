"""Tokens, rates, keys that make a write safe to repeat, and addresses that are not there."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from incident import accounts, administration, clock
from incident.db import db, forget, unit_of_work
from incident.models.complaints import Complaint
from incident.models.ground import IdempotentAnswer
from incident.models.people import Token
from tests import builders
from tests.api.calling import Api, count, problem


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer  ", "Basic abc", "Bearer nonsense", "Bearer é"]
)
def test_without_a_known_token_nothing_is_told(api, header):
    headers = {} if header is None else {"Authorization": header}
    response = api.app.test_client().get("/api/v1/incidents", headers=headers)
    problem(response, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_token_ends_within_two_seconds(api):
    assert api.get("/incidents").status_code == 200
    with unit_of_work() as session:
        token = session.scalars(select(Token)).one()
        administration.revoke_token(token.id, by=builders.BY, at=builders.NOW)
    forget("token/")  # two seconds later
    problem(api.get("/incidents"), 401)


def test_a_person_who_left_is_shut_out(api):
    assert api.get("/incidents", as_="li").status_code == 200
    with unit_of_work():
        administration.set_active(builders.person("li"), False, by=builders.BY, at=builders.NOW)
    forget("token/")
    problem(api.get("/incidents", as_="li"), 401)


def test_a_token_over_its_rate_waits_and_another_does_not(make_app, at_work):
    app = make_app(api_rate_limit="3/minute")
    with app.app_context():
        builders.standard_people()
        api = Api(app)
        assert [api.get("/playbooks").status_code for _ in range(3)] == [200] * 3
        response = api.get("/playbooks")
        problem(response, 429)
        wait = int(response.headers["Retry-After"])
        assert 1 <= wait <= 60
        assert api.get("/playbooks", as_="li").status_code == 200
        with time_machine.travel(clock.now() + timedelta(seconds=wait)):
            assert api.get("/playbooks").status_code == 200


def test_guessing_tokens_is_counted_by_address(make_app, at_work):
    app = make_app(api_rate_limit="3/minute")
    with app.app_context():
        headers = {"Authorization": "Bearer guess"}
        client = app.test_client()
        statuses = [client.get("/api/v1/incidents", headers=headers).status_code for _ in range(4)]
        assert statuses == [401, 401, 401, 429]


def test_the_same_key_gives_the_kept_answer(api):
    body, headers = builders.complaint_body(), {"Idempotency-Key": "0b1c"}
    first = api.post("/complaints", body, headers=headers)
    again = api.post("/complaints", body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.get_json() == first.get_json()
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"


def test_the_kept_answer_stands_encrypted(api):
    body = builders.complaint_body(narrative="a secret sorrow")
    api.post("/complaints", body, headers={"Idempotency-Key": "k"})
    kept = db.session.scalars(select(IdempotentAnswer)).one()
    assert "sorrow" not in str(kept.body)


def test_an_act_with_a_key_happens_once(api):
    number = api.complaint()["incident"]["number"]
    for _ in range(3):
        api.post(f"/incidents/{number}/notes", {"text": "once"}, headers={"Idempotency-Key": "n"})
    notes = [
        each for each in api.get(f"/incidents/{number}").get_json()["timeline"] if each["kind"] == "note"
    ]
    assert len(notes) == 1


def test_thirty_two_equal_acts_with_one_key_at_once_happen_once(api):
    number = api.complaint()["incident"]["number"]

    def note(_):
        path, headers = f"/incidents/{number}/notes", {"Idempotency-Key": "n"}
        return api.post(path, {"text": "once"}, headers=headers)

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(note, range(32)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.get_data() for answer in answers}) == 1
    notes = [
        each for each in api.get(f"/incidents/{number}").get_json()["timeline"] if each["kind"] == "note"
    ]
    assert len(notes) == 1


def test_a_key_belongs_to_one_request_and_one_caller(api):
    headers = {"Idempotency-Key": "k"}
    api.post("/complaints", builders.complaint_body(), headers=headers)
    found = problem(api.post("/complaints", builders.complaint_body(), headers=headers), 422)
    assert found["errors"][0]["loc"] == ["header", "Idempotency-Key"]
    other = api.post("/complaints", builders.complaint_body(), headers=headers, as_="complaints:write")
    assert other.status_code == 201
    assert count(Complaint) == 2


def test_a_refused_act_keeps_nothing_under_its_key(api):
    number = api.complaint()["incident"]["number"]
    headers, path = {"Idempotency-Key": "m"}, f"/incidents/{number}/move"
    problem(api.post(path, {"to": "verify"}, headers=headers, as_="zhao"), 409)
    api.post(f"/incidents/{number}/acknowledge", as_="zhao")
    assert api.post(path, {"to": "verify"}, headers=headers, as_="zhao").status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 256, "schlüssel", "a\tb"])
def test_a_wrong_key_is_refused(api, key):
    problem(api.post("/complaints", builders.complaint_body(), headers={"Idempotency-Key": key}), 400)
    assert count(Complaint) == 0


def test_bulk_with_a_key_gives_the_kept_report(api):
    raw = json.dumps(builders.complaint_body()).encode()
    given = {"data": raw, "content_type": "application/x-ndjson", "headers": {"Idempotency-Key": "b"}}
    first = api.call("POST", "/complaints/bulk", **given)
    again = api.call("POST", "/complaints/bulk", **given)
    assert first.get_json()["created"] == again.get_json()["created"] == 1
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v2/incidents", "/api/v1/incidents/", "/api/x"])
def test_an_address_that_is_not_there_is_a_problem_and_no_page(api, path):
    client = api.app.test_client()
    for method in ("GET", "POST", "DELETE"):
        problem(client.open(path, method=method), 404)


def test_a_method_that_is_not_taken_names_those_that_are(api):
    response = api.call("DELETE", "/incidents")
    problem(response, 405)
    assert response.headers["Allow"] == "GET, POST"
    response = api.get("/complaints/1/escalate")
    problem(response, 405)
    assert response.headers["Allow"] == "POST"


def test_refusals_speak_the_language_that_was_asked_for(api):
    def language(header):
        return api.get("/incidents/INC-1", headers={"Accept-Language": header}).headers["Content-Language"]

    assert language("zh-CN,zh;q=0.9,en;q=0.8") == "zh-CN"
    assert language("zh-TW") == "zh-CN"
    assert language("en-US,en;q=0.9") == "en"
    assert language("fr") == "zh-CN"


def test_a_fault_of_ours_tells_a_reference_and_nothing_else(api, monkeypatch):
    def broken(*_given, **_more):
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(accounts, "bearer", broken)
    forget("token/")
    response = api.get("/incidents")
    found = problem(response, 500)
    assert found["reference"] in found["detail"]
    assert "secret" not in response.get_data(as_text=True)


def test_a_database_that_does_not_answer_asks_to_come_again(api, monkeypatch):
    def away(*_given, **_more):
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setattr(accounts, "bearer", away)
    forget("token/")
    response = api.get("/incidents")
    problem(response, 503)
    assert int(response.headers["Retry-After"]) >= 1


def test_answers_are_kept_by_nobody_in_between(api):
    assert api.get("/incidents").headers["Cache-Control"] == "no-store"
    assert api.get("/incidents/INC-1").headers["Cache-Control"] == "no-store"
