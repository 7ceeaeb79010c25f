"""Every page in a real browser: accessible by axe (WCAG 2.2 AA) and never wider than the window, in both
languages, light and dark, on a desk and on a phone; and no page that this list forgets."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import ConsoleMessage, Error, Page

from tests.browser.conftest import Site, prefer, resize

# what stands for a name in an address
EXAMPLES = {
    "number": "INC-{year}-000001",
    "complaint_id": "1",
    "person_id": "2",
    "task_id": "1",
    "agency_id": "1",
    "drill_id": "1",
    "plan": "privacy_leak",
    "code": "CPO",
    "key": "privacy_leak",
    "change_id": "2",
    "part": "points",
    "course_id": "1",
    "test_id": "1",
    "review_id": "2",
    "name": "lucky",
}
DRILLS = {"control": 3, "play": 3, "report": 4, "hot-wash": 4}  # one that runs, one that has ended
# who visits a page that administrators may not see, or that is for somebody without an account in Slack
READERS = {"/incidents/<number>/accountability": "tang", "/account/slack": "tang"}
PAGES = (
    "/",
    "/account",
    "/account/calendar",
    "/account/slack",
    "/actions",
    "/admin/audit",
    "/admin/calendar",
    "/admin/deliveries",
    "/admin/departments",
    "/admin/people",
    "/admin/people/<person_id>",
    "/admin/slack",
    "/admin/tokens",
    "/admin/webhooks",
    "/agencies",
    "/agencies/<agency_id>",
    "/changes",
    "/changes/<change_id>",
    "/changes/<change_id>/edit/<part>",
    "/changes/<change_id>/toml",
    "/clocks",
    "/complaints",
    "/complaints/<complaint_id>",
    "/complaints/new",
    "/customers/<key>",
    "/departments",
    "/departments/<code>",
    "/drills",
    "/drills/new",
    "/drills/new?plan=privacy_leak",
    "/drills/<drill_id>",
    "/drills/<drill_id>/control",
    "/drills/<drill_id>/hot-wash",
    "/drills/<drill_id>/play",
    "/drills/<drill_id>/report",
    "/drills/calendar",
    "/drills/scenarios",
    "/drills/scenarios/new",
    "/drills/scenarios/<plan>/<key>",
    "/drills/scenarios/<plan>/<key>/edit",
    "/duty",
    "/duty/<code>",
    "/duty/import",
    "/incidents/<number>",
    "/groups",
    "/insights",
    "/incidents/<number>/accountability",
    "/incidents/<number>/clocks",
    "/incidents/<number>/contacts",
    "/incidents/<number>/decision",
    "/incidents/<number>/evidence",
    "/incidents/<number>/group",
    "/incidents/<number>/resolution",
    "/incidents/<number>/review",
    "/incidents/<number>/updates",
    "/playbooks",
    "/playbooks/<key>",
    "/playbooks/<key>/care",
    "/playbooks/<key>/propose",
    "/playbooks/<key>/versions",
    "/playbooks/<key>/versions/1",
    "/readiness",
    "/report",
    "/reviews",
    "/reviews/<review_id>",
    "/reviews/<review_id>/editions/1",
    "/reviews/<review_id>/events",
    "/reviews/<review_id>/sections/<name>",
    "/schedule",
    "/training",
    "/training/<course_id>",
    "/training/people/<person_id>",
    "/training/tests/<test_id>",
    "/tasks",
    "/tasks/<task_id>",
    "/wall",
    "/api/docs",
    "/no-such-page",
    "/sandbox/",
    "/sandbox/as/U0DEMO001/",
    "/sandbox/as/U0DEMO001/c/C0GENERAL",
    "/sandbox/as/U0DEMO001/home",
    "/sandbox/faults/",
)
# parts of pages, files and pages for people who are signed out
NOT_PAGES = {
    "/report.pdf",
    "/report.docx",
    "/reviews/<review_id>/meeting.ics",
    "/reviews/<review_id>/paper.<form>",
    "/drills/<drill_id>/control/live",
    "/drills/<drill_id>/play/live",
    "/drills/<drill_id>/report.<ending>",
    "/drills/scenarios/<plan>/<key>.<ending>",
    "/board/rows",
    "/insights.csv",
    "/wall/live",
    "/changes/<change_id>/edit",
    "/incidents/<number>/live",
    "/departments/<code>/live",
    "/duty/example.csv",
    "/training/<name>.csv",
    "/calendar/<token>.ics",
    "/incidents/<number>/evidence/<evidence_id>/content",
    "/incidents/<number>/evidence/custody.<form>",
    "/sign-in",
    "/sign-in/organisation",
    "/sign-in/organisation/back",
    "/sign-in/organisation/leave",
    "/setup",
}
# language, theme, the width at which axe looks, and the other width: contrast does not change with language,
# nor the layout with the theme
LOOKS = (("zh_CN", "light", 1440, 390), ("en", "dark", 390, 1440))
LONG = {"/api/docs"}  # thousands of elements in its own two colours: axe looks once
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EXAMINED = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"], "preload": False}


def address(site: Site, page: str) -> str:
    from incident import clock, slack_links

    for part, number in DRILLS.items():
        page = page.replace(f"/drills/<drill_id>/{part}", f"/drills/{number}/{part}")
    page = page.replace("/scenarios/<plan>/<key>", "/scenarios/<plan>/our_own")
    if page == "/account/slack":
        asked = slack_links.SlackAccount("U0BROWSER", "T0DEMO", "Somebody", "A workspace")
        secret = site.app.extensions["settings"].session_key
        return f"{page}?token={slack_links.token(asked, at=clock.now(), secret=secret)}"
    if page == "/customers/<key>":
        return f"/customers/{site.customer}"
    year = clock.now().astimezone(site.app.extensions["house"].zone).year
    return re.sub(r"<(\w+)>", lambda found: EXAMPLES[found[1]].format(year=year), page)


def test_the_list_names_every_page(app: Flask) -> None:
    served = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", rule.rule)
        .replace("/versions/<number>", "/versions/1")
        .replace("/editions/<number>", "/editions/1")
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and app.view_functions[rule.endpoint].__module__.startswith("incident.board")
    }
    assert served - NOT_PAGES - {urlsplit(page).path for page in PAGES} == set()


@pytest.fixture(scope="module")
def signed_in(site: Site) -> dict[str, Page]:
    return {who: site.visit(who) for who in {"admin", *READERS.values()}}


@pytest.fixture
def window(signed_in: dict[str, Page], page: str) -> Iterator[tuple[Page, list[str]]]:
    """The window of whoever reads the page, and what its console complains of."""
    reader = signed_in[READERS.get(page, "admin")]
    said: list[str] = []

    def fault(error: Error) -> None:
        said.append(str(error))

    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(f"{message.text} {message.location}")

    reader.on("pageerror", fault)
    reader.on("console", console)
    yield reader, said
    reader.remove_listener("pageerror", fault)
    reader.remove_listener("console", console)


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_accessible_and_fits_in_every_look(
    site: Site, window: tuple[Page, list[str]], page: str
) -> None:
    opened, said = window
    faults = []
    for locale, theme, width, other in LOOKS:
        prefer(opened, locale=locale, theme=theme, width=width)
        opened.goto(address(site, page))
        wanted = page not in LONG or theme == "light"
        found = [*too_wide(opened), *(violations(opened) if wanted else [])]
        resize(opened, other)
        found += [f"at {other}: {each}" for each in too_wide(opened)]
        found += [each for each in said if "/no-such-page" not in each]
        faults += [f"{locale} {theme} {width}: {each}" for each in found]
        said.clear()
    assert faults == []


def violations(window: Page) -> list[str]:
    found = Axe().run(window, options=EXAMINED)
    return [
        f"{each['id']} {node['target']} {node.get('failureSummary', '')[:300]}"
        for each in found.response["violations"]
        for node in each["nodes"][:3]
    ]


def too_wide(window: Page) -> list[str]:
    wide = window.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{wide} px wider than the window"] if wide > 0 else []
