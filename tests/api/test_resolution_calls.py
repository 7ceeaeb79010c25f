"""Options over the API: written as the contract says, approved by whoever may, refused with reasons."""

import pytest

from tests import builders
from tests.api.calling import places, problem
from tests.api.resolution_calls import BODY


@pytest.fixture
def number(api):
    return api.complaint()["incident"]["number"]


def write(api, number, *, as_="li", **given):
    answer = api.post(f"/incidents/{number}/options", {**BODY, **given}, as_=as_)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.get_json()


def test_an_option_is_written_approved_offered_and_accepted(api, number):
    made = write(api, number)
    assert (made["state"], made["amount"], made["currency"]) == ("proposed", "300.00", "CNY")
    assert made["feasibility"]["economic"] == {"score": 2, "remark": "within the budget"}
    assert made["feasibility"]["sum"] == 8 and made["best"]
    assert {each["name"] for each in made["may_approve"]} >= {"赵敏", "王磊", "杨帆"}
    path = f"/options/{made['id']}"
    assert api.post(f"{path}/approve", as_="wang").get_json()["state"] == "approved"
    offered = api.post(f"{path}/offer", as_="li").get_json()
    assert (offered["state"], offered["valid_until"]) == ("offered", "2026-11-20")
    assert offered["expire_at"] == "2026-11-20T15:59:59Z"
    accepted = api.post(f"{path}/accept", as_="li").get_json()
    assert accepted["state"] == "accepted"
    assert [each["act"] for each in accepted["history"]] == ["write", "propose", "approve", "offer", "accept"]
    kinds = [each["kind"] for each in api.get(f"/incidents/{number}").get_json()["timeline"]]
    assert kinds[-1] == "option_accepted"


def test_the_proposer_the_limit_and_recusal_are_403_and_name_who_may(api, number):
    own = write(api, number, as_="zhao")
    found = problem(api.post(f"/options/{own['id']}/approve", as_="zhao"), 403)
    assert "proposes" in found["detail"] and "王磊" in found["errors"][0]["msg"]
    large = write(api, number, kind="compensation", amount="10000.01")
    found = problem(api.post(f"/options/{large['id']}/approve", as_="zhao"), 403)
    assert "Compensation" in found["detail"] and "杨帆" in found["errors"][0]["msg"]
    assert places(found) == [("approver",)]
    from incident.coordination import standing_aside
    from incident.db import unit_of_work
    from incident.lifecycle import common

    with unit_of_work():
        standing_aside.name_person(
            common.by_number(number),
            builders.person("wang"),
            reason="about them",
            by=builders.acting("zhao"),
            at=builders.NOW,
        )
    found = problem(api.post(f"/options/{own['id']}/approve", as_="wang"), 403)
    assert "stands aside" in found["detail"]
    problem(api.post(f"/options/{own['id']}/approve"), 403)  # a service's yes would be nobody's
    problem(api.post(f"/options/{own['id']}/approve", as_="tang"), 403)


def test_what_is_not_possible_from_a_state_says_how_it_stands(api, number):
    made = write(api, number)
    found = problem(api.post(f"/options/{made['id']}/accept", as_="chen"), 409)
    assert "waiting for approval" in found["detail"] and "李娜" in found["detail"]


def test_instalments_answer_with_their_schedule(api, number):
    terms = {"text": "12 months", "periods": 12, "annual_rate": "4.35", "first_due": "2026-12-31"}
    made = write(api, number, kind="instalments", amount="10000.00", terms=terms)
    assert len(made["schedule"]) == 12 and made["annual_rate"] == "4.35"
    assert made["schedule"][1] == {
        "period": 2,
        "due": "2027-01-31",
        "amount": "853.09",
        "principal": made["schedule"][1]["principal"],
        "interest": made["schedule"][1]["interest"],
    }


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"amount": 300.5}, "amount"),
        ({"amount": None}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"currency": "yuan"}, "currency"),
        ({"kind": "gift"}, "kind"),
        ({"terms": ""}, "terms"),
        ({"feasibility": {"technical": 4}}, "feasibility"),
        ({"valid_until": "20.11.2026"}, "valid_until"),
        ({"complaint": 999}, "complaint"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_fault_is_named_at_its_place(api, number, given, place):
    found = problem(api.post(f"/incidents/{number}/options", {**BODY, **given}, as_="li"), 422)
    assert place in {loc[0] for loc in places(found)}


def test_personal_data_in_terms_never_comes_back_in_the_open(api, number):
    made = write(api, number, terms="Ring 13800138000", basis="see 13800138000")
    assert "13800138000" not in api.get(f"/options/{made['id']}").get_data(as_text=True)
    assert "13800138000" not in api.get(f"/incidents/{number}/timeline").get_data(as_text=True)


def test_whoever_may_only_read_writes_no_option(api, number):
    problem(api.post(f"/incidents/{number}/options", BODY, as_="tang"), 403)
    assert api.get(f"/incidents/{number}/options", as_="tang").get_json() == {
        "items": [],
        "next_cursor": None,
    }
    problem(api.get("/options/99"), 404)
