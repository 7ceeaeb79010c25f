"""A walk through the calls on change requests of plans, and the plan that tests change."""

from typing import Any

from incident.playbooks import library, loading
from tests.api.calling import Api

KEY = "fee_dispute"


def changed(key: str = KEY, **step: Any) -> dict[str, Any]:
    """The plan in force with its third step changed."""
    content = loading.plain(library.current(key).plan)
    content["steps"][2] |= step or {"due": "2h"}
    return content


def walk(api: Api) -> None:
    """Every call once, as people do it."""
    body = {"reason": "the step is always late", "content": changed(), "submit": False}
    made = api.post(f"/playbooks/{KEY}/changes", body, as_="li").get_json()
    path = f"/changes/{made['id']}"
    api.patch(path, {"reason": "twice late"}, as_="li")
    api.post(f"{path}/submit", as_="li")
    api.post(f"{path}/refuse", {"note": "why only this one?"}, as_="zhao")
    api.post(f"{path}/revise", as_="li")
    api.post(f"{path}/submit", as_="li")
    api.post(f"{path}/approve", as_="zhao")
    api.post(f"{path}/publish", {"note": "Step 3 sooner"}, as_="zhao")
    version = api.get(f"/playbooks/{KEY}").get_json()["version"]
    api.post(f"/playbooks/{KEY}/versions/{version}/read", as_="li")
    late = {"reason": "also", "content": changed(due="3h"), "submit": False}
    other = api.post(f"/playbooks/{KEY}/changes", late, as_="li").get_json()
    api.post(f"/changes/{other['id']}/withdraw", as_="li")
    behind(api)
    api.post(f"/playbooks/{KEY}/care", {"review_by": "2027-01-01"}, as_="zhao")
    api.post(f"/playbooks/{KEY}/reviewed", {"note": "still right"}, as_="zhao")
    api.get("/changes/patterns")
    api.get("/changes?state=published")
    api.get(path)


def behind(api: Api) -> None:
    """Two change requests of one version: the second is brought up to date."""
    first, second = (
        api.post(
            f"/playbooks/{KEY}/changes", {"reason": "r", "content": changed(**step)}, as_="li"
        ).get_json()
        for step in ({"due": "5h"}, {"must": True})
    )
    api.post(f"/changes/{first['id']}/approve", as_="zhao")
    api.post(f"/changes/{first['id']}/publish", {"note": "5 h"}, as_="zhao")
    api.post(f"/changes/{second['id']}/rebase", as_="li")
