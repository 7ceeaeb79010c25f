"""A post-mortem's pages: preview, conflict, names, key events, papers; and the register of actions."""

import io
import re
import zipfile

import pytest
import time_machine

from tests import builders, reviewing
from tests.board.pages import Visitor, text


@pytest.fixture
def review(app):
    """A post-mortem at level Ⅲ, whose meeting was held; the clock stands three hours later."""
    with time_machine.travel(reviewing.CLOSED, tick=False):
        yield reviewing.a_review(held=True)


def version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_the_page_shows_record_and_draft_in_both_languages_without_names(app, review):
    page = text(Visitor(app, "li").get(f"/reviews/{review.id}"))
    assert "Time to acknowledge 1 min" in page and "acknowledged after 1 min" in page
    assert "A draft made from the record" in page and "Scribe acknowledged" in page
    assert "王小明" not in page
    chinese = text(Visitor(app, "li", language="zh").get(f"/reviews/{review.id}"))
    assert "1 分" in chinese and "复盘" in chinese


def test_a_preview_saves_nothing_and_a_save_shows_the_markup(app, review):
    path, visitor = f"/reviews/{review.id}/sections/lucky", Visitor(app, "li")
    shown = visitor.post(path, {"text": "- **很幸运** <script>x</script>", "version": "0", "act": "preview"})
    assert "<strong>很幸运</strong>" in shown.text and "<script>x" not in shown.text
    assert version(visitor.get(path).text) == "0"
    saved = visitor.post(path, {"text": "- **很幸运**", "version": "0", "act": "save"})
    assert saved.status_code == 303 and saved.location.endswith(f"/reviews/{review.id}#lucky")
    assert "<strong>很幸运</strong>" in visitor.get(f"/reviews/{review.id}").text


def test_who_saves_second_sees_both_texts_and_joins_them(app, review):
    path, li, wang = f"/reviews/{review.id}/sections/went_well", Visitor(app, "li"), Visitor(app, "wang")
    assert li.post(path, {"text": "响应很快", "version": "0", "act": "save"}).status_code == 303
    refused = wang.post(path, {"text": "话术有效", "version": "0", "act": "save"})
    assert refused.status_code == 412
    assert "响应很快" in text(refused) and ">话术有效</textarea>" in refused.text
    joined = {"text": "响应很快，话术有效", "version": version(refused.text), "act": "save"}
    assert wang.post(path, joined).status_code == 303
    history = text(wang.get(path))
    assert "version 2" in history and "version 1" in history and "李娜" in history


def test_a_name_is_asked_about_and_nothing_typed_is_lost(app, review):
    path, visitor = f"/reviews/{review.id}/sections/went_badly", Visitor(app, "li")
    refused = visitor.post(path, {"text": "赵敏没有接电话", "version": "0", "act": "save"})
    assert refused.status_code == 409 and ">赵敏没有接电话</textarea>" in refused.text
    assert "These names must stand" in text(refused) and version(refused.text) == "0"
    kept = {"text": "赵敏没有接电话", "version": "0", "names_ok": "1", "act": "save"}
    assert visitor.post(path, kept).status_code == 303


def test_key_events_are_chosen_among_all_and_others_stay(app, review):
    visitor, path = Visitor(app, "li"), f"/reviews/{review.id}/events"
    page = visitor.get(path).text
    every = re.findall(r'name="chosen" value="(\d+)"( checked)?', page)
    assert len(every) > 10
    key = [id_ for id_, checked in every if checked]
    assert visitor.post(path, {"shown": key[:2], "chosen": key[:1]}).status_code == 303
    again = re.findall(r'name="chosen" value="(\d+)" checked', visitor.get(path).text)
    assert set(key) - set(again) == {key[1]}


def test_papers_hold_the_text_and_no_names(app, review):
    docx = Visitor(app, "li", language="zh").get(f"/reviews/{review.id}/paper.docx")
    with zipfile.ZipFile(io.BytesIO(docx.data)) as opened:
        written = opened.read("word/document.xml").decode()
    assert "复盘" in written and "记录员" in written and "赵敏" not in written
    pdf = Visitor(app, "li").get(f"/reviews/{review.id}/paper.pdf")
    assert pdf.data[:5] == b"%PDF-" and pdf.headers["Content-Disposition"].endswith("-review.pdf")
    assert Visitor(app, "li").get(f"/reviews/{review.id}/paper.exe").status_code == 404


def test_whys_actions_signatures_and_publication_by_forms(app, review):
    root, zhao = f"/reviews/{review.id}", Visitor(app, "zhao")
    assert zhao.post(f"{root}/publish").status_code == 409
    zhao.post(f"{root}/findings", {"text": "客户来电没有人接", "category": "", "step": ""})
    zhao.post(f"{root}/findings", {"text": "名单没有更新", "parent": "1", "category": "process", "step": ""})
    wrong = zhao.post(f"{root}/actions", {"title": "", "kind": "prevent", "detail": "见名单"})
    assert wrong.status_code == 422 and "见名单" in wrong.text
    li = str(builders.person("li").id)
    made = {"title": "更新名单", "kind": "prevent", "detail": "", "owner": li, "finding": "2", "due_on": ""}
    assert zhao.post(f"{root}/actions", made).status_code == 303
    page = text(zhao.get(root))
    assert (
        re.search(r"F2 名单没有更新\s+process", page)
        and "A1 更新名单" in page
        and "Sign as independent quality check" in page
    )
    assert zhao.post(f"{root}/sign-off", {"role": "quality"}).status_code == 303
    assert Visitor(app, "li").post(f"{root}/sign-off").status_code == 403
    assert Visitor(app, "wang").post(f"{root}/sign-off").status_code == 303
    assert zhao.post(f"{root}/publish").status_code == 303
    edition = text(zhao.get(f"{root}/editions/1"))
    assert "F2 名单没有更新" in edition and "赵敏" not in edition
    assert zhao.post(f"{root}/publish", {"act": "amend", "reason": ""}).status_code == 422
    assert zhao.post(f"{root}/publish", {"act": "amend", "reason": "新证据"}).status_code == 303
    assert "Being amended: 新证据" in text(zhao.get(root))


def test_the_register_is_worked_by_forms_and_verified_by_somebody_else(app, review):
    zhao, li = Visitor(app, "zhao"), Visitor(app, "li")
    owner = str(builders.person("li").id)
    zhao.post(f"/reviews/{review.id}/actions", {"title": "更新名单", "kind": "fix", "owner": owner})
    assert "A1 更新名单" in text(li.get("/actions?whose=mine"))
    asked = {"origin": "action", "origin_id": "1", "reason": "名单进预案"}
    zhao.post("/playbooks/improper_collection/propose", asked)
    for path in ("/actions?whose=mine", f"/reviews/{review.id}"):
        assert "Change request #1 draft" in text(li.get(path))
    assert "A1" not in text(zhao.get("/actions?whose=mine"))
    for who, able in (
        ("zhao", ["drop", "extend", "finish"]),
        ("li", ["extend", "finish"]),
        ("chen", ["finish"]),
    ):
        shown = re.findall(r'name="act" value="(drop|extend|finish)"', Visitor(app, who).get("/actions").text)
        assert sorted(shown) == able
    early = li.post("/actions/1", {"act": "extend", "due_on": "2026-01-01", "reason": "供应商排期"})
    assert early.status_code == 422 and "供应商排期" in early.text and 'value="2026-01-01"' in early.text
    refused = li.post("/actions/1", {"act": "finish", "proof": ""})
    assert refused.status_code == 422
    assert li.post("/actions/1", {"act": "finish", "proof": "见记录 12"}).location.endswith(
        "/actions#action-1"
    )
    assert "Somebody else verifies it." in text(li.get("/actions?show=done"))
    assert li.post("/actions/1", {"act": "verify"}).status_code == 403
    assert zhao.post("/actions/1", {"act": "verify"}).status_code == 303
    assert "见记录 12 verified 赵敏" in text(zhao.get("/actions?show=closed"))


def test_a_post_mortem_is_found_and_asked_for_on_its_incident(app):
    open_ = builders.an_incident()
    page = text(Visitor(app, "zhao").get(f"/incidents/{open_.number}/review"))
    assert "One is scheduled by itself" in page and "Ask for a post-mortem" not in page
    closed = reviewing.a_closed_incident(complaint_type="other")
    asked = Visitor(app, "zhao").post(f"/incidents/{closed.number}/review", {"trigger": "regulator"})
    assert asked.status_code == 303
    assert "the regulator asked again" in text(Visitor(app, "zhao").get(asked.location))


def test_a_cause_leads_to_a_change_of_its_plan_and_back(app, review):
    cause = reviewing.a_cause(review)
    zhao = Visitor(app, "zhao")
    page = zhao.get(f"/reviews/{review.id}").text
    there = f"/playbooks/improper_collection/propose?origin=finding&amp;origin_id={cause}"
    assert there in page and f"#{cause}" in text(zhao.get(there.replace("&amp;", "&")))
    form = {"origin": "finding", "origin_id": str(cause), "reason": "名单没有更新"}
    made = zhao.post("/playbooks/improper_collection/propose", form).location
    change = zhao.get(made.removesuffix("/edit")).text
    assert f'href="/reviews/{review.id}#finding-{cause}"' in change
    back = f'href="{made.removesuffix("/edit")}">'
    assert back in zhao.get(f"/reviews/{review.id}").text
    unknown = zhao.post("/playbooks/improper_collection/propose", {**form, "origin_id": "999"})
    assert unknown.status_code == 422
