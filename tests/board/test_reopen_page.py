"""Opening a closed incident again on the web: proposed by an effect check that says no."""

import html
import re

from flask import Flask

from incident.coordination import follow_ups
from incident.db import db
from tests.board import pages
from tests.domain.test_follow_ups import closed


def test_an_effect_check_that_says_no_leads_to_opening_it_again(app: Flask) -> None:
    incident = closed()
    there = f"/incidents/{incident.number}"
    chief = pages.Visitor(app, "zhao")
    assert "Open it again" in pages.text(chief.get(f"{there}/decision"))
    [effect] = [each for each in follow_ups.of(incident.id) if each.kind == "effect_check"]
    answer = chief.post(
        f"{there}/follow_ups/{effect.id}", {"note": "仍有来电 13800138000", "effective": "no"}
    )
    assert answer.status_code == 303 and answer.headers["Location"].endswith("#reopen")
    shown = chief.get(f"{there}/decision").text
    assert "it has not helped" in shown and "13800138000" not in shown
    proposed = re.search(r'id="reopen-reason"[^>]*>([^<]*)</textarea>', shown)
    assert proposed is not None and html.unescape(proposed[1]).startswith("仍有来电")
    empty = chief.post(f"{there}/reopen", {"reason": " ", "stage": "resolve"})
    assert empty.status_code == 422 and "Say why it is opened again." in pages.text(empty)
    done = chief.post(f"{there}/reopen", {"reason": "仍有来电", "stage": "verify", "new_facts": "1"})
    assert done.status_code == 303
    db.session.refresh(incident)
    assert (incident.status, incident.stage) == ("open", "verify")
    late = chief.post(f"{there}/reopen", {"reason": "再开", "stage": "verify"})
    assert late.status_code == 409


def test_whoever_may_not_command_sees_no_form(app: Flask) -> None:
    incident = closed()
    responder = pages.Visitor(app, "li")
    assert "Open it again" not in pages.text(responder.get(f"/incidents/{incident.number}/decision"))
    assert responder.post(f"/incidents/{incident.number}/reopen", {"reason": "x"}).status_code == 403
