"""The calls about decisions: written, approved by another person, sent with proof; follow-ups and scores."""

from tests.api import calling
from tests.api.calling import Api

TEXT = "尊敬的{name}：经核查，投诉成立，我行致歉。"


def opened(api: Api, **given: object) -> str:
    number = str(api.complaint(**given)["incident"]["number"])
    api.post(f"/incidents/{number}/acknowledge", as_="zhao")
    found = {"result": "upheld", "reasons": "录音证实", "violations": ["insult"]}
    api.post(f"/incidents/{number}/finding", found, as_="zhao")
    return number


def test_a_decision_is_written_approved_and_sent_by_people_with_names(api: Api) -> None:
    number = opened(api)
    path = f"/incidents/{number}/decision"
    made = api.post(path, {"text": TEXT}, as_="li")
    assert made.status_code == 201
    assert made.json["state"] == "submitted" and made.json["version"] == 1 and made.json["places"] == []
    calling.problem(api.post(f"{path}/approve", as_="li"), 403)
    calling.problem(api.post(f"{path}/approve", as_="incidents:write"), 403)
    calling.problem(api.post(f"{path}/sent", {"proof": "EMS 1"}, as_="li"), 409)
    approved = api.post(f"{path}/approve", as_="zhao")
    assert approved.json["state"] == "approved" and approved.json["approved_by"]["name"] == "赵敏"
    missing = calling.problem(api.post(f"{path}/sent", {}, as_="li"), 422)
    assert calling.places(missing) == [("proof",)]
    sent = api.post(f"{path}/sent", {"proof": "EMS 1"}, as_="li")
    assert sent.status_code == 200 and sent.json["state"] == "sent" and sent.json["proof"] == "EMS 1"
    calling.problem(api.post(f"{path}/sent", {"proof": "EMS 1"}, as_="li"), 409)
    found = api.get(f"/incidents/{number}").json
    assert next(each for each in found["tasks"] if each["key"] == "decision_letter")["status"] == "done"
    assert next(each for each in found["clocks"] if each["rule"] == "decision")["state"] == "met"
    listed = api.get(path).json
    assert [each["version"] for each in listed["items"]] == [1] and listed["untold"] == []


def test_a_draft_says_what_is_left_to_fill_in_and_is_not_approved_before(api: Api) -> None:
    number = opened(api)
    made = api.post(f"/incidents/{number}/decision", {}, as_="li")
    assert made.status_code == 201 and made.json["state"] == "draft" and made.json["places"]
    assert "王小明" not in made.get_data(as_text=True)
    calling.problem(api.post(f"/incidents/{number}/decision/submit", as_="li"), 409)
    calling.problem(api.post(f"/incidents/{number}/decision/approve", as_="zhao"), 409)
    english = api.post(f"/incidents/{number}/decision", {"locale": "en"}, as_="li")
    assert english.json["text"].startswith("Dear {name}")
    stale = api.post(f"/incidents/{number}/decision", {"text": TEXT, "seen": 1}, as_="li")
    calling.problem(stale, 409)


def test_a_letter_with_a_label_is_refused_at_its_place(api: Api) -> None:
    number = opened(api)
    answer = api.post(f"/incidents/{number}/decision", {"text": "您是职业投诉人"}, as_="li")
    assert calling.places(calling.problem(answer, 422)) == [("text",)]


def test_a_returned_letter_and_a_withdrawn_complaint(api: Api) -> None:
    number = opened(api)
    path = f"/incidents/{number}/decision"
    api.post(path, {"text": TEXT}, as_="li")
    back = api.post(f"{path}/return", {"reason": "补充依据"}, as_="zhao")
    assert back.json["state"] == "returned" and back.json["note"] == "补充依据"
    gone = api.post(f"{path}/withdraw", {"proof": "客户来函"}, as_="li")
    assert gone.status_code == 201 and gone.json["proof"] == "客户来函"
    calling.problem(api.post(f"{path}/withdraw", {"proof": "再来函"}, as_="chen"), 409)
    assert api.get(path).json["untold"] == []


def test_follow_ups_and_satisfaction(api: Api) -> None:
    number = opened(api)
    made = api.post(f"/incidents/{number}/follow_ups", {}, as_="li")
    assert (
        made.status_code == 201 and made.json["kind"] == "call_back" and made.json["owner"]["name"] == "李娜"
    )
    done = api.post(
        f"/incidents/{number}/follow_ups/{made.json['id']}", {"note": "电话13800138000，客户认可"}, as_="li"
    )
    assert done.json["state"] == "done" and "13800138000" not in done.json["note"]
    assert [each["id"] for each in api.get(f"/incidents/{number}/follow_ups").json["items"]] == [
        made.json["id"]
    ]
    rated = api.post(f"/incidents/{number}/satisfaction", {"score": 4, "comment": "尚可"}, as_="li")
    assert rated.status_code == 201 and rated.json["score"] == 4
    calling.problem(api.post(f"/incidents/{number}/satisfaction", {"score": 2}, as_="chen"), 409)
    calling.problem(api.post(f"/incidents/{number}/satisfaction", {"score": 6}, as_="li"), 422)
    calling.problem(api.post(f"/incidents/{number}/follow_ups/999999", {"note": "x"}, as_="li"), 404)
