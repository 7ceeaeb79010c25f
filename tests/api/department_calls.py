"""Every call on a department's line once, on a department that the plan did not call out."""

from typing import Any


def walk(api: Any, number: str, code: str = "PR") -> None:
    """Call out, accept, report, block, go on, hand over, stand down; call out again and sign off."""
    root = f"/incidents/{number}/departments"
    for act, body in (
        ("", {"department": code}),
        ("accept", {}),
        ("report", {"note": "reading the records"}),
        ("block", {"note": "no recording"}),
        ("unblock", {}),
        ("hand_over", {"from": "wu@demo.example", "lead": "wang@demo.example", "note": "end of shift"}),
        ("stand_down", {"note": "not needed"}),
        ("", {"department": code, "lead": "li@demo.example"}),
        ("sign_off", {"note": "looked at it"}),
    ):
        path = f"{root}/{code}/{act}" if act else root
        answer = api.post(path, body, as_="zhao")
        assert answer.status_code == 200, answer.get_data(as_text=True)
