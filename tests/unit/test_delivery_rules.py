"""The small rules of delivery and of what people type: waiting times, turns, kinds of trouble, numbers."""

import ast
import itertools
import urllib.error
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from incident import i18n, timeline
from incident.alerting import alarm, budgets, checks, delivery, outbox
from incident.alerting.channels import KINDS, Trouble
from incident.slack import client, finding, happening, registry, shortcuts, spoken, words
from incident.slack.blocks import drills, lines, posts, reminders, reviews, texts
from incident.slack.forms import FORMS
from tests.rules import tree

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_waits_double_up_to_a_minute_and_never_agree():
    for attempts, seconds in ((1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (500, 60)):
        waits = {delivery.back_off(attempts) for _ in range(50)}
        assert all(0.8 * seconds <= wait.total_seconds() <= 1.2 * seconds for wait in waits)
        assert len(waits) > 5


def test_those_who_wait_for_a_method_get_turns_one_retry_after_apart():
    pace = client.Pace()
    assert pace.wait("pins.add") is None
    pace.hold("pins.add", 10)
    turns = [pace.wait("pins.add") for _ in range(3)]
    gaps = [round((later - sooner).total_seconds()) for sooner, later in itertools.pairwise(turns)]
    assert round(turns[0].total_seconds()) == 10 and gaps == [10, 10]
    assert pace.wait("bookmarks.add") is None


def test_a_hold_that_is_over_leaves_no_turns_behind():
    pace = client.Pace()
    pace.hold("pins.add", 0)
    assert pace.wait("pins.add") is None


@pytest.mark.parametrize(
    ("code", "kind", "permanent"),
    [
        ("token_revoked", "revoked", False),
        ("invalid_auth", "revoked", False),
        ("account_inactive", "revoked", False),
        ("not_authed", "revoked", False),
        ("missing_scope", "missing_scope", False),
        ("channel_not_found", "channel_gone", True),
        ("is_archived", "channel_gone", True),
        ("name_taken", "name_taken", True),
        ("user_disabled", "user_gone", True),
        ("user_not_found", "user_gone", True),
        ("cannot_dm_bot", "user_gone", True),
        ("ratelimited", "rate_limited", False),
        ("internal_error", "server", False),
        ("invalid_blocks", "invalid", True),
        ("something_new", "invalid", True),
    ],
)
def test_each_error_of_slack_has_its_kind(code, kind, permanent):
    trouble = client.trouble_of({"ok": False, "error": code})
    assert (trouble.kind, trouble.permanent) == (kind, permanent)
    assert str(trouble.reason)


def test_a_connection_that_was_never_made_is_certain_and_one_that_broke_is_not():
    refused = client._lost(urllib.error.URLError(ConnectionRefusedError()))
    broken = client._lost(ConnectionResetError())
    late = client._lost(TimeoutError())
    assert [(each.kind, each.uncertain) for each in (refused, broken, late)] == [
        ("offline", False),
        ("offline", True),
        ("timeout", True),
    ]


def test_every_kind_of_trouble_has_its_sentence_in_both_languages():
    values = {"scope": "x", "name": "x", "word": "x", "count": 1, "why": "x"}
    for kind in KINDS:
        trouble = Trouble(kind, **values)
        english, chinese = i18n.say(trouble.reason, "en"), i18n.say(trouble.reason, "zh_CN")
        assert english and chinese and english != chinese


def test_every_step_of_the_outbox_is_checked_before_it_is_sent():
    assert set(checks.CHECKS) == set(outbox.STEPS)
    assert set(budgets.METHODS) == set(outbox.STEPS) - set(alarm.OTHER_WAYS)  # each within Slack's limits


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("42", "INC-2026-000042"),
        ("#42", "INC-2026-000042"),
        ("inc-42", "INC-2026-000042"),
        ("drl-7", "DRL-2026-000007"),
        ("INC-2025-000042", "INC-2025-000042"),
        ("inc-2025-42", "INC-2025-000042"),
        ("DRL-2026-7", "DRL-2026-000007"),
        ("42nd", None),
        ("verify", None),
        ("", None),
        ("1234567890", None),
    ],
)
def test_numbers_are_read_however_they_are_spelled(typed, number):
    assert finding.spelled_out(typed, at=AT, zone=ZONE) == number


def test_a_bare_number_means_this_year_of_the_house():
    eve = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # the new year has begun in Shanghai
    assert finding.spelled_out("1", at=eve, zone=ZONE) == "INC-2027-000001"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ack 42", ("ack", "42")),
        ("  ACK　42 ", ("ack", "42")),
        ("/ack", ("ack", "")),
        ("认领42", ("认领", "42")),
        ("ack42", ("ack", "42")),
        ("42 ack", ("ack", "42")),
        ("＃４２　认领", ("认领", "#42")),
        ("备注：客户说，好的", ("备注", "客户说，好的")),
        ("认领#42 x", ("认领", "#42 x")),
        ("认领 INC-2026-000042", ("认领", "INC-2026-000042")),
        ("认领INC-2026-42", ("认领", "INC-2026-42")),
        ("", ("", "")),
    ],
)
def test_words_are_read_tolerantly(typed, read):
    assert words.split(typed) == read


CONTRACT = {
    "open", "list", "show", "ack", "stage", "level", "task", "role", "dept", "note", "update", "contact",
    "plan", "page", "link", "close", "review", "drill", "duty", "help",
}  # fmt: skip


def test_every_word_of_the_contract_is_there_with_an_alias_an_example_and_help_in_both_languages():
    assert set(registry.WORDS) >= CONTRACT
    assert set(words.RUNS) == set(registry.WORDS), spoken.__all__  # each word of the table is carried out
    for each in registry.WORDS.values():
        assert each.zh and each.help
        assert i18n.say(each.help, "zh_CN") != each.help
        assert each.usage("en") != each.usage("zh_CN")
    assert len(words.ALIASES) == sum(1 + len(each.zh) for each in registry.WORDS.values())


def test_every_shortcut_and_event_of_the_table_has_its_handler_and_fits_slack():
    assert set(shortcuts.SHORTCUTS) == set(registry.SHORTCUTS)
    assert set(happening.HEARERS) == set(registry.EVENTS)
    assert all(len(each.name) <= 24 for each in registry.SHORTCUTS.values())
    assert set(registry.scopes()) == set(registry.SCOPES)  # each scope says why it is wanted


def test_every_form_is_stale_by_events_that_exist():
    for form in FORMS.values():
        assert form.stale <= set(timeline.KINDS), form.callback


def test_what_people_type_is_made_harmless_wherever_it_stands():
    assert texts.escape("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"
    said = texts.say("%(a)s %(b)s", "en", a="<!here>", b={"zh": "<x>", "en": "<y>"})
    assert said == "&lt;!here&gt; &lt;y&gt;"


def test_a_moment_is_drawn_in_the_readers_zone_with_the_houses_as_fallback():
    assert texts.date(AT, ZONE) == f"<!date^{int(AT.timestamp())}^{{date_num}} {{time}}|2026-11-22 20:00 CST>"


def written(keyword):
    """The texts that any call of the service gives for a keyword."""
    found = set()
    for path in tree.service_files():
        for node in ast.walk(tree.syntax(path)):
            if isinstance(node, ast.keyword) and node.arg == keyword and isinstance(node.value, ast.Constant):
                found.add(node.value.value)
    return found


def named(*, outside):
    """Every text that the service writes somewhere else than in one file."""
    return {
        node.value
        for path in tree.service_files()
        if not path.as_posix().endswith(outside)
        for node in ast.walk(tree.syntax(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_whatever_the_verbs_say_has_its_sentence_and_each_sentence_a_verb():
    assert written("said") <= set(posts.SAID) <= named(outside="slack/blocks/posts.py")


def test_whatever_the_service_reminds_of_has_its_sentence():
    elsewhere = {"clocks", "tasks", *lines.SAID, *drills.ABOUT, *reviews.ABOUT}  # messages of their own
    pages = {"person", "password"}  # forms that are refused, not reminders
    assert written("about") - elsewhere - pages <= set(reminders.ABOUT)
    assert set(reminders.ABOUT) <= named(outside="slack/blocks/reminders.py")


def test_a_lease_outlives_the_calls_of_a_step():
    assert delivery.LEASE_TIMEOUTS >= 3
    assert delivery.back_off(1) < timedelta(seconds=2)
