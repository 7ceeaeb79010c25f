"""The complaint that arrives: what is taken, and every fault with its place and without the sender's data."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident import errors
from incident.intake import body
from incident.vocabulary import Channel, ComplaintType

NOW = datetime(2026, 11, 3, 1, 30, tzinfo=UTC)


def raw(**given: Any) -> dict[str, Any]:
    plain = {
        "source": "hotline",
        "source_ref": "HL-1",
        "received_at": "2026-11-03T09:12:00+08:00",
        "channel": "hotline",
        "narrative": "催收人员言语不当。",
    }
    return {**plain, **given}


def places(given: Any) -> set[tuple[str | int, ...]]:
    with pytest.raises(errors.Invalid) as refused:
        body.read(given, at=NOW)
    return {reason.loc for reason in refused.value.reasons}


def test_the_five_required_fields_are_enough() -> None:
    found = body.read(raw(), at=NOW)
    assert found.affected_customers == 1 and found.signals == [] and found.complaint_type is None


def test_every_missing_field_is_named_at_once() -> None:
    assert places({}) == {(name,) for name in ("source", "source_ref", "received_at", "channel", "narrative")}


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"unknown": 1}, ("unknown",)),
        ({"customer": {"phon": "1"}}, ("customer", "phon")),
        ({"channel": "fax"}, ("channel",)),
        ({"complaint_type": "anger"}, ("complaint_type",)),
        ({"signals": ["repeat", "nonsense"]}, ("signals", 1)),
        ({"received_at": "2026-11-03T09:12:00"}, ("received_at",)),
        ({"received_at": "yesterday"}, ("received_at",)),
        ({"received_at": "1999-12-31T23:59:59Z"}, ("received_at",)),
        ({"received_at": "2026-11-03T01:36:00Z"}, ("received_at",)),
        ({"narrative": "   "}, ("narrative",)),
        ({"narrative": "x" * 20_001}, ("narrative",)),
        ({"narrative": "a\x00b"}, ("narrative",)),
        ({"summary": "x" * 301}, ("summary",)),
        ({"source_ref": ""}, ("source_ref",)),
        ({"source": 5}, ("source",)),
        ({"affected_customers": 0}, ("affected_customers",)),
        ({"affected_customers": 10**9}, ("affected_customers",)),
        ({"potential_loss": "-1.00"}, ("potential_loss",)),
        ({"potential_loss": 12.5}, ("potential_loss",)),
        ({"potential_loss": "1.005"}, ("potential_loss",)),
        ({"potential_loss": "NaN"}, ("potential_loss",)),
        ({"potential_loss": "Infinity"}, ("potential_loss",)),
        ({"account": {"currency": "yuan"}}, ("account", "currency")),
        ({"account": {"days_overdue": -1}}, ("account", "days_overdue")),
        ({"customer": None}, ("customer",)),
    ],
)
def test_a_wrong_value_is_refused_at_its_place(given: dict[str, Any], place: tuple[str | int, ...]) -> None:
    assert places(raw(**given)) == {place}


@pytest.mark.parametrize("given", [None, [], "text", 5, [raw()]])
def test_what_is_no_object_is_refused(given: Any) -> None:
    assert places(given)


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    with pytest.raises(errors.Invalid) as refused:
        body.read(raw(customer={"phone": "13800138000" * 9}, channel="13800138000"), at=NOW)
    assert "13800138000" not in str(refused.value) + str([str(each) for each in refused.value.reasons])


def test_a_senders_clock_may_be_five_minutes_fast() -> None:
    assert body.read(raw(received_at=(NOW + timedelta(minutes=5)).isoformat()), at=NOW)


def test_spaces_around_a_text_do_not_count() -> None:
    found = body.read(raw(source=" crm ", customer={"name": " 王小明 "}), at=NOW)
    assert (found.source, found.customer.name) == ("crm", "王小明")


def test_the_same_content_has_the_same_fingerprint_in_any_zone_and_order() -> None:
    one = body.read(raw(signals=["repeat", "data_leak"]), at=NOW)
    same = body.read(raw(signals=["data_leak", "repeat"], received_at="2026-11-03T01:12:00Z"), at=NOW)
    other = body.read(raw(signals=["data_leak"]), at=NOW)
    assert one.content_hash() == same.content_hash() != other.content_hash()


TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=200)


@given(TEXT, st.sampled_from(list(Channel)), st.sampled_from(list(ComplaintType)))
def test_any_text_is_taken_or_refused_with_a_place(text: str, channel: str, kind: str) -> None:
    try:
        found = body.read(raw(narrative=text, channel=channel, complaint_type=kind), at=NOW)
    except errors.Invalid as refused:
        assert not text.strip() and {reason.loc for reason in refused.reasons} == {("narrative",)}
    else:
        assert found.narrative == text.strip()
