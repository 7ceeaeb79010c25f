"""The README's tour as readers take it: a complaint by the form, the alert in Slack, the work, the close; and
the sandbox by keyboard, live."""

import re

from playwright.sync_api import Page, expect

from incident import clock
from incident.lifecycle import common as lifecycle
from tests import closing
from tests.browser.conftest import Site, prefer

GENERAL = "/sandbox/as/U0DEMO005/c/C0GENERAL"
NARRATIVE = "The collector shouted at me and called my employer. I do not want to live any more."


def report(page: Page) -> str:
    """Send a complaint by the form; returns the number of the incident it opened."""
    page.goto("/complaints/new")
    page.fill("[name=narrative]", NARRATIVE)
    page.select_option("[name=channel]", "hotline")
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_load_state()
    found = re.search(r"INC-\d{4}-\d{6}", page.locator("main").inner_text())
    assert found, page.locator("main").inner_text()[:500]
    return found[0]


def acknowledge_in_slack(site: Site, person: str, number: str) -> None:
    """Press the button of the announcement, in the sandbox, as somebody who was alerted."""
    slack = site.window()
    slack.goto(f"/sandbox/as/{person}/")
    slack.locator("#rail").get_by_role("link", name="incident-response").click()
    alert = slack.locator("li.message:not(.whispered)", has_text=number).first
    button = alert.get_by_role("button", name=re.compile("认领|Acknowledge"))
    button.click()
    expect(button).to_be_hidden(timeout=15_000)  # the message changes in place, by way of the outbox


def test_a_complaint_is_reported_alerted_answered_worked_and_closed(site: Site) -> None:
    page = site.visit("zhao")
    prefer(page, locale="en", theme="light", width=1440)
    number = report(page)

    page.goto("/")
    row = page.locator(f"#main :is(tr, li, article):has(a[href='/incidents/{number}'])").first
    acknowledge_button = row.get_by_role("button", name=re.compile("Acknowledge"))
    expect(acknowledge_button).to_be_visible()
    acknowledge_in_slack(site, "U0DEMO015", number)
    expect(acknowledge_button).to_be_hidden(timeout=15_000)  # the board takes it off by itself

    page.goto(f"/incidents/{number}")
    for stage in ("Verify", "Negotiate", "Resolve", "Feedback", "Follow-up"):
        page.locator("#acknowledge form[action$='/move'] button.primary").click()
        expect(page.locator("#stages [aria-current=step]")).to_contain_text(stage)

    page.locator("#act-close summary").click()
    page.fill("#close-summary", "The customer is safe and has a plan.")
    page.locator("#act-close button.danger").click()
    expect(page.locator("#refusal")).to_contain_text("cannot be closed yet")

    page.goto(f"/incidents/{number}")
    line = page.locator("details.department").filter(has=page.locator("button[value=done]")).first
    if line.get_attribute("open") is None:
        line.locator("> summary").click()
    first = line.locator("button[value=done]").first
    finished = page.locator("li.task-done")
    before = finished.count()
    first.click()
    expect(finished).to_have_count(before + 1)

    # what the other departments do on their own screens
    with site.app.app_context():
        closing.everything(lifecycle.by_number(number), at=clock.now())
    page.goto(f"/incidents/{number}")
    page.locator("#act-close summary").click()
    page.fill("#close-summary", "The customer is safe and has a plan.")
    page.locator("#act-close button.danger").click()
    expect(page.locator("#situation")).to_contain_text("closed")
    page.goto("/reviews")
    expect(page.locator("main")).to_contain_text(number)


def test_a_command_is_chosen_with_the_arrows_and_its_modal_closed_with_escape(site: Site) -> None:
    page = site.window()
    page.goto(GENERAL)
    composer = page.locator("#composer")
    composer.fill("/incident")
    expect(page.locator("#hint-list")).to_be_visible()
    first = page.locator("#hint-list [aria-selected=true]")
    before = first.inner_text()
    page.keyboard.press("ArrowDown")
    assert first.inner_text() != before
    page.keyboard.press("ArrowUp")
    assert first.inner_text() == before
    composer.fill("/incident")
    page.keyboard.press("Enter")  # the word alone is sent as it is
    expect(page.locator("#flow")).to_contain_text("Report an emergency")
    expect(composer).to_have_value("")
    composer.fill("/incident op")
    page.keyboard.press("Enter")
    expect(composer).to_have_value("/incident open ")
    page.keyboard.press("Enter")
    modal = page.get_by_role("dialog")
    expect(modal).to_be_visible()
    expect(composer).to_have_value("")
    page.keyboard.press("Escape")
    expect(modal).to_be_hidden()


def test_what_one_person_says_the_other_reads_without_reloading_and_answers_in_a_thread(site: Site) -> None:
    reader, writer = site.window(), site.window()
    reader.goto("/sandbox/as/U0DEMO001/c/C0GENERAL")
    writer.goto(GENERAL)
    writer.locator("#composer").fill("it burns on the third floor")
    writer.keyboard.press("Enter")
    message = reader.locator("#flow li.message", has_text="third floor")
    expect(message).to_be_visible()
    message.hover()
    message.locator("a[href*='thread=']").first.click()
    reader.locator("#answer").fill("on my way")
    reader.keyboard.press("Enter")
    expect(reader.locator("#thread")).to_contain_text("on my way")
    expect(writer.locator("#flow .replies")).to_be_visible()
    reader.keyboard.press("Escape")
    expect(reader.locator("#thread .head")).to_have_count(0)


def test_a_trainer_schedules_what_the_form_suggests_and_is_told_what_is_ready(site: Site) -> None:
    page = site.visit("lin")
    prefer(page, locale="en", theme="light", width=1440)
    page.goto("/drills/new")
    page.select_option("select[name=plan]", "fee_dispute")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.locator("select[name=commander]")).not_to_have_value("")
    expect(page.locator("[name=starts_at]")).to_have_value(re.compile(r"T10:00$"))
    assert page.locator("[name=participants]:checked").count() >= 2
    page.get_by_role("button", name="Schedule the drill").click()
    page.wait_for_url(re.compile(r"/drills/\d+$"))
    for ready in (
        "6 players",
        "Exercise director",
        "Evaluator",
        "Every department that gets an inject has a player",
    ):
        expect(page.locator("main li", has_text=ready)).to_contain_text("ready")
