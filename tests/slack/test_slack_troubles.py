"""What goes wrong in Slack: each kind is told apart, shown on the step, and handled as it must be."""

from datetime import timedelta

import pytest

from incident import accounts, clock
from incident.alerting import effects, outbox
from incident.db import unit_of_work
from tests.slack import world as worlds


def first_try(world, number, step):
    """The state of a step after each step was tried once."""
    while world.sender.run_once():
        pass
    return world.steps(number, step)[0]


@pytest.mark.parametrize(
    ("fault", "kind", "uncertain"),
    [
        ("offline", "offline", True),
        ("slow:1", "timeout", True),
        ("500", "server", True),
        ("503", "server", True),
        ("error:internal_error", "server", True),
        ("429:7", "rate_limited", False),
        ("revoked", "revoked", False),
        ("account_inactive", "revoked", False),
        ("error:invalid_auth", "revoked", False),
        ("error:missing_scope", "missing_scope", False),
    ],
)
def test_what_passes_by_itself_or_is_mended_by_an_administrator_is_tried_again(
    make_world, fault, kind, uncertain
):
    world = make_world(slack_timeout_seconds=0.4)
    world.crew()
    number = world.incident()
    world.fault(fault, "conversations.create")
    step = first_try(world, number, "create_channel")
    assert (step["state"], step["error_kind"], step["uncertain"]) == ("pending", kind, uncertain)
    assert step["error"] and step["next_at"] > clock.now()
    world.heal()
    world.channel.slack.pace = type(world.channel.slack.pace)()  # as if the time it asked for had passed
    world.settle()
    assert {each["state"] for each in world.steps(number)} == {"done"}
    names = [each.get("name") for each in world.slack()["channels"]]
    assert names.count(world.facts(number)["channel_name"]) == 1


def test_a_refused_connection_has_sent_nothing(make_world):
    world = make_world()
    world.crew()
    number = world.incident()
    lost = world.settings.model_copy(update={"slack_api_url": "http://127.0.0.1:9/api/"})
    del lost.__dict__["slack_api"]
    world.channel.slack = type(world.channel.slack)(lost)
    step = first_try(world, number, "create_channel")
    assert (step["error_kind"], step["uncertain"]) == ("offline", False)


def test_a_rate_limit_is_kept_for_all_senders_and_those_who_wait_are_not_even_tried(world):
    numbers = [world.incident() for _ in range(3)]
    world.fault("429:9", "conversations.create", times=1)
    before = clock.now()
    first_try(world, numbers[0], "create_channel")
    other = world.make_sender()
    other.run_until_quiet()
    steps = [world.steps(number, "create_channel")[0] for number in numbers]
    assert [(step["error_kind"], step["attempts"]) for step in steps] == [
        ("rate_limited", 1),
        (None, 0),
        (None, 0),
    ]
    assert steps[0]["next_at"] - before >= timedelta(seconds=8.5)
    # the fault was there once: only the first call went out
    assert "conversations.create" not in world.slack()["counts"]


def test_a_taken_name_gets_a_suffix_and_stays_private(world):
    number = world.incident()
    day = world.facts(number)["opened_at"].astimezone(world.settings.zone)
    name = f"inc-{day:%Y%m%d}-{number[-6:]}"
    world.channel.slack.call("conversations.create", name=name)
    world.settle()
    assert world.facts(number)["channel_name"] == f"{name}-2"
    assert world.room(f"{name}-2")["kind"] == "private"
    assert world.room(name)["messages"] == [
        each for each in world.room(name)["messages"] if "metadata" not in each
    ]


def test_people_who_cannot_be_invited_are_named_and_the_others_get_in(world):
    world.person(name="Gone", slack_id="U0GONE", in_slack=False, on_duty="HR", email="gone@example.test")
    world.person(name="Nolink", email="nolink@example.test", on_duty="COL")
    number = world.incident()
    world.settle()
    [invite] = world.steps(number, "invite")
    assert invite["state"] == "done"
    refused = {each["person"]: each["kind"] for each in invite["result"]["not_invited"]}
    assert refused == {"Gone": "user_gone", "Nolink": "no_slack_account"}
    assert {"U0ADA", "U0LINA"} <= set(world.room(world.facts(number)["channel_id"])["members"])


def test_an_alert_to_a_deactivated_account_fails_with_its_reason_on_the_timeline(make_world):
    world = make_world()
    world.person(**worlds.ADA, in_slack=False, on_duty="CS")
    number = world.incident()
    world.settle()
    [page] = world.steps(number, "page")
    assert (page["state"], page["error_kind"]) == ("failed", "user_gone")
    [told] = [data for kind, data in world.told(number) if kind == "slack_step_failed"]
    assert told["step"] == "page" and "Ada" in told["reason"]["en"] and "Ada" in told["reason"]["zh"]
    with world.app.app_context():
        reason = effects.reason(world.app_delivery(page["id"]))
    assert "Ada" in str(reason)


def test_a_failed_step_is_sent_when_somebody_presses_retry(make_world):
    world = make_world()
    world.person(**worlds.ADA, in_slack=False, on_duty="CS")
    number = world.incident()
    world.settle()
    [page] = world.steps(number, "page")
    person = {"id": "U0ADA", "name": "ada", "real_name": "Ada", "email": "ada@example.test"}
    world.control("people", {"people": [person]})
    with world.app.app_context(), unit_of_work():
        outbox.retry(page["id"], by=accounts.system("test"), at=clock.now())
    world.sender.run_until_quiet()
    [page] = world.steps(number, "page")
    assert (page["state"], page["error"]) == ("done", None)
    assert len(world.direct("U0ADA")) == 1


def test_a_channel_that_somebody_archived_is_replaced_with_all_that_was_in_it(world):
    number = world.incident()
    world.settle()
    old = world.facts(number)
    world.channel.slack.call("conversations.archive", channel=old["channel_id"])
    world.act(number, worlds.acts.acknowledge)
    world.settle()
    new = world.facts(number)
    assert new["channel_id"] != old["channel_id"] and new["channel_name"] == f"{old['channel_name']}-2"
    room = world.room(new["channel_id"])
    assert room["kind"] == "private" and {"U0ADA", "U0LINA"} <= set(room["members"])
    assert room["pins"] and room["bookmarks"] and new["card_ts"] in [each["ts"] for each in room["messages"]]
    told = {kind for kind, _data in world.told(number)}  # Slack's event and the refused edit race each other
    assert told & {"channel_lost", "slack_step_failed"}
    [announced] = world.said("incident-response")
    assert new["channel_id"] in worlds.words_of(announced)


def test_a_channel_that_keeps_disappearing_is_not_made_for_ever(world):
    number = world.incident()
    world.settle()
    for _time in range(6):
        channel = world.facts(number)["channel_id"]
        if channel and not world.room(channel)["is_archived"]:
            world.channel.slack.call("conversations.archive", channel=channel)
        with world.app.app_context(), unit_of_work():
            outbox.enqueue(world.row(number).id, "update_card", at=clock.now())
        world.settle()
    made = [each for each in world.slack()["channels"] if (each.get("name") or "").startswith("inc-")]
    assert len(made) == 1 + effects.REPLACEMENTS


def test_a_deleted_card_is_said_to_be_deleted(world):
    number = world.incident()
    world.settle()
    facts = world.facts(number)
    world.channel.slack.call("chat.delete", channel=facts["channel_id"], ts=facts["card_ts"])
    world.act(number, worlds.acts.acknowledge)
    world.settle()
    [update] = world.steps(number, "update_card")
    assert (update["state"], update["error_kind"]) == ("failed", "message_gone")


def test_a_step_that_a_fault_of_ours_stopped_is_tried_again_and_stops_nothing_else(world):
    class Broken:
        def deliver(self, order):
            if order.step == "create_channel":
                raise ZeroDivisionError
            return world.channel.deliver(order)

    number = world.incident()
    sender = worlds.Sender(world.app, Broken(), settings=world.settings, fallback=Broken())
    sender.run_until_quiet()
    [step] = world.steps(number, "create_channel")
    assert (step["state"], step["error_kind"], step["uncertain"]) == ("pending", "fault", True)
    assert world.steps(number, "page")[0]["state"] == "done"


def test_an_alert_is_not_sent_once_somebody_has_acknowledged(world):
    number = world.incident()
    world.act(number, worlds.acts.acknowledge)
    world.settle()
    [page] = world.steps(number, "page")
    assert page["state"] == "skipped"
    assert world.direct("U0ADA") == []


def test_a_slack_that_was_down_while_the_incident_was_closed_opens_no_channel_for_it(world):
    number = world.incident()
    with world.app.app_context(), unit_of_work():
        row = world.row(number)
        row.status, row.closed_at, row.escalate_at = "closed", clock.now(), None
    world.settle()
    assert {each["state"] for each in world.steps(number)} == {"skipped"}
    assert [each["name"] for each in world.slack()["channels"] if each.get("name")] == ["general"]


def test_a_missing_response_channel_is_made_and_a_known_one_is_joined(world):
    first, second = world.incident(), world.incident()
    world.settle()
    assert world.facts(first)["announcement_channel"] == world.facts(second)["announcement_channel"]
    assert [each.get("name") for each in world.slack()["channels"]].count("incident-response") == 1


def test_the_delivery_that_a_dead_sender_held_is_looked_up_before_it_is_sent_again(world):
    number = world.incident()
    with world.app.app_context(), unit_of_work():
        at = clock.now()
        [taken] = outbox.claim(at=at, who="dead", lease=timedelta(seconds=-1))
    assert taken.step == "page"
    world.settle()
    with world.app.app_context():
        kept = world.app_delivery(taken.id)
        assert (kept.state, kept.uncertain, kept.attempts) == ("done", True, 2)
    assert len(world.direct("U0ADA")) == 1
    assert number
