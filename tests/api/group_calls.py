"""Every call on groups, links, merges and agencies once."""

from typing import Any

from tests import crowds


def walk(api: Any) -> None:
    """Two crowds: one is confirmed, changed and undone, the other dismissed; then links, merges, agencies."""
    first = [_arrive(api, number) for number in range(3)]
    [group] = _done(api.get("/groups"))["items"]
    parent = _done(api.post(f"/groups/{group['id']}/confirm"))["number"]
    wrong = first[0]["complaint"]["id"]
    _done(api.call("DELETE", f"/incidents/{parent}/members/{wrong}", json={"reason": "another matter"}))
    _done(api.post(f"/incidents/{parent}/members", {"complaint": wrong, "reason": "it is the same"}))
    _done(api.get(f"/incidents/{parent}"))
    _done(api.post(f"/incidents/{parent}/ungroup", {"reason": "no group"}))
    other = [_arrive(api, number, complaint_type="service_attitude") for number in range(10, 13)]
    found = _done(api.get("/groups?state=proposed"))["items"]
    _done(api.post(f"/groups/{found[0]['id']}/dismiss"))
    one, two = (each["incident"]["number"] for each in other[:2])
    linked = _done(api.post(f"/incidents/{one}/link", {"incident": two, "reason": "one customer"}))
    _done(api.call("DELETE", f"/incidents/{one}/links/{linked['links'][0]['id']}"))
    _done(api.post(f"/incidents/{one}/merge", {"into": two, "reason": "one matter"}))
    _done(api.post(f"/incidents/{one}/unmerge", {"reason": "two matters"}))
    made = _done(
        api.post(
            "/agencies",
            {"name": "Hongda Ltd", "code": "HD", "department": "OUT", "evaluate_on": "2027-01-05"},
        ),
        201,
    )
    _done(api.post(f"/agencies/{made['id']}/suspend", {"reason": "threats", "incident": one}))
    _done(api.post(f"/agencies/{made['id']}/resume", {"reason": "mended"}))
    _done(api.get("/agencies"))


def _arrive(api: Any, number: int, **given: Any) -> dict[str, Any]:
    found: dict[str, Any] = api.complaint(
        narrative=crowds.said(number), summary=None, **crowds.somebody(number), **given
    )
    return found


def _done(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json()
