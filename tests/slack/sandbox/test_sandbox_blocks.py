"""Block Kit's limits: what Slack would refuse is refused, with the place of each fault."""

import pytest

from incident.slack.sandbox import blockcheck, refusals


def plain(text):
    return {"type": "plain_text", "text": text}


def mrkdwn(text):
    return {"type": "mrkdwn", "text": text}


def a_section(text="x", **more):
    return {"type": "section", "text": mrkdwn(text), **more}


def a_button(**more):
    return {"type": "button", "action_id": "go", "text": plain("Go"), **more}


def an_option(value="1", text="One"):
    return {"text": plain(text), "value": value}


def a_select(**more):
    return {"type": "static_select", "action_id": "pick", "options": [an_option()], **more}


def actions(*elements):
    return {"type": "actions", "elements": list(elements)}


def an_input(**element):
    return {
        "type": "input",
        "block_id": "b",
        "label": plain("Label"),
        "element": {"type": "plain_text_input", "action_id": "a", **element},
    }


def a_view(*blocks, **more):
    return {"type": "modal", "title": plain("Title"), "submit": plain("Save"), "blocks": list(blocks), **more}


def faults(blocks):
    with pytest.raises(refusals.Refusal) as refused:
        blockcheck.check_message(blocks)
    assert refused.value.error == "invalid_blocks"
    return refused.value.messages


def view_faults(view, kinds=("modal",)):
    with pytest.raises(refusals.Refusal) as refused:
        blockcheck.check_view(view, kinds=kinds)
    assert refused.value.error == "invalid_arguments"
    return refused.value.messages


@pytest.mark.parametrize(
    "blocks",
    [
        [a_section("x" * 3000)],
        [{"type": "header", "text": plain("x" * 150)}],
        [actions(*[a_button(action_id=str(n)) for n in range(25)])],
        [{"type": "context", "elements": [mrkdwn("x")] * 10}],
        [{"type": "section", "fields": [mrkdwn("x" * 1000)] * 10}],
        [actions(a_select(options=[an_option(str(n)) for n in range(100)]))],
        [actions(a_button(value="x" * 2000, text=plain("x" * 75)))],
        [{"type": "divider"}] * 50,
        [{"type": "image", "image_url": "https://x/y.png", "alt_text": "a chart"}],
        [],
    ],
)
def test_what_is_just_within_the_limits_is_taken(blocks):
    assert len(blockcheck.check_message(blocks)) == len(blocks)


@pytest.mark.parametrize(
    ("blocks", "fault"),
    [
        ([a_section("x" * 3001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        ([a_section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ([{"type": "header", "text": plain("x" * 151)}], "must be less than 151 characters"),
        (
            [{"type": "header", "text": mrkdwn("x")}],
            "must be one of: plain_text [json-pointer:/blocks/0/text/type]",
        ),
        ([actions(a_button(text=plain("x" * 76)))], "[json-pointer:/blocks/0/elements/0/text/text]"),
        ([actions(a_button(value="x" * 2001))], "must be less than 2001 characters"),
        ([actions(a_button(action_id="x" * 256))], "must be less than 256 characters"),
        ([actions(a_button(style="blue"))], "must be one of: primary, danger"),
        ([{"type": "divider", "block_id": "x" * 256}], "must be less than 256 characters"),
        ([actions(*[a_button(action_id=str(n)) for n in range(26)])], "no more than 25 items allowed"),
        ([actions()], "no fewer than 1 items allowed"),
        ([{"type": "context", "elements": [mrkdwn("x")] * 11}], "no more than 10 items allowed"),
        ([{"type": "section", "fields": [mrkdwn("x")] * 11}], "no more than 10 items allowed"),
        ([{"type": "section", "fields": [mrkdwn("x" * 2001)]}], "must be less than 2001 characters"),
        ([{"type": "section"}], "must provide text or fields"),
        ([actions(a_select(options=[an_option(str(n)) for n in range(101)]))], "no more than 100 items"),
        ([actions(a_select(options=[an_option(text="x" * 76)]))], "must be less than 76 characters"),
        ([actions(a_select(initial_option=an_option("9")))], "initial option must be one of the options"),
        (
            [actions({"type": "static_select", "action_id": "x"})],
            "must provide either options or option_groups",
        ),
        ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
        ([{"type": "carousel3d"}], "unsupported type: carousel3d [json-pointer:/blocks/0/type]"),
        ([a_section(colour="red")], "invalid additional property: colour [json-pointer:/blocks/0]"),
        ([{"type": "image", "image_url": "https://x"}], "missing required field: alt_text"),
        ([actions({"type": "plain_text_input", "action_id": "x"})], "unsupported type: plain_text_input"),
        ([{"type": "divider", "block_id": "x"}] * 2, "`block_id` already in use: x"),
        ([actions(a_button(), a_button())], "`action_id` must be unique within its block"),
    ],
)
def test_what_is_over_a_limit_is_refused_with_its_place(blocks, fault):
    found = faults(blocks)
    assert any(fault in message for message in found), found


def test_blocks_that_are_no_list_have_their_own_refusal():
    with pytest.raises(refusals.Refusal) as refused:
        blockcheck.check_message("[not json")
    assert refused.value.error == "invalid_blocks_format"


def test_blocks_with_too_much_text_together_are_too_long():
    with pytest.raises(refusals.Refusal) as refused:
        blockcheck.check_message([a_section("x" * 2700)] * 5)
    assert refused.value.error == "msg_blocks_too_long"
    assert blockcheck.check_message([a_section("x" * 2600)] * 5)


def test_ids_are_given_to_what_came_without_and_the_original_is_left_alone():
    original = [actions({"type": "button", "text": plain("Go")})]
    [kept] = blockcheck.check_message(original)
    assert kept["block_id"] and kept["elements"][0]["action_id"]
    assert "block_id" not in original[0]


@pytest.mark.parametrize(
    ("view", "fault"),
    [
        (a_view(title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (a_view(private_metadata="x" * 3001), "[json-pointer:/view/private_metadata]"),
        (a_view(*[{"type": "divider"}] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (a_view(callback_id="x" * 256), "must be less than 256 characters"),
        (a_view(an_input(max_length=3001)), "must be an integer between 1 and 3000"),
        ({"type": "modal", "title": plain("T"), "blocks": [an_input()]}, "must define `submit`"),
        ({"type": "home", "blocks": []}, "unsupported type: home [json-pointer:/view/type]"),
    ],
)
def test_a_view_over_a_limit_is_refused(view, fault):
    found = view_faults(view)
    assert any(fault in message for message in found), found


def test_a_view_over_250_kilobytes_is_too_large():
    with pytest.raises(refusals.Refusal) as refused:
        blockcheck.check_view(a_view(*[a_section("题" * 3000)] * 30), kinds=("modal",))
    assert refused.value.error == "view_too_large"


def test_the_api_refuses_bad_blocks_with_slacks_code(town):
    refusal = town.refusal("chat.postMessage", channel="C0GENERAL", text="x", blocks=[a_section("x" * 3001)])
    assert refusal["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/0/text/text]" in refusal["response_metadata"]["messages"][0]
    assert town.channel("C0GENERAL")["messages"] == []


def test_blocks_may_come_as_a_json_string_in_a_form(town):
    sent = town.client().api_call(
        "chat.postMessage", params={"channel": "C0GENERAL", "blocks": '[{"type":"divider"}]'}
    )
    assert sent["message"]["blocks"][0]["type"] == "divider"
