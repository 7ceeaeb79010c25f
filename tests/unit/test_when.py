"""Moments as people write them, in both languages, read on a Wednesday afternoon in Shanghai."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from incident.slack import when

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 25, 15, 30, tzinfo=ZONE)
SPANS = {
    "2小时后": 120,
    "两小时后": 120,
    "半小时后": 30,
    "半个小时": 30,
    "一个半小时后": 90,
    "1小时30分后": 90,
    "十分钟后": 10,
    "二十分钟内": 20,
    "５分钟后": 5,
    "两天后": 2880,
    "2h": 120,
    "1h30m": 90,
    "1.5h": 90,
    "in 2 hours": 120,
    "2 hours later": 120,
    "half an hour": 30,
    "in an hour": 60,
    "3 days from now": 4320,
    "1w": 10080,
}
MOMENTS = {
    "明天9点": "11-26 09:00",
    "明天九点": "11-26 09:00",
    "明天 ９：００": "11-26 09:00",
    "明天上午9点半": "11-26 09:30",
    "明早9点": "11-26 09:00",
    "明天十二点三十分": "11-26 12:30",
    "明天下午": "11-26 14:00",
    "后天下午3点": "11-27 15:00",
    "大后天9点": "11-28 09:00",
    "今天17:30": "11-25 17:30",
    "今晚8点": "11-25 20:00",
    "周五9点": "11-27 09:00",
    "周三": "12-02 09:00",
    "周三18:00": "11-25 18:00",
    "下周一上午9点": "11-30 09:00",
    "礼拜天10点": "11-29 10:00",
    "11月30日9点": "11-30 09:00",
    "12月1号下午三点一刻": "12-01 15:15",
    "2026年11月30日": "11-30 09:00",
    "中午": "11-26 12:00",
    "tomorrow": "11-26 09:00",
    "tomorrow 9:00": "11-26 09:00",
    "tomorrow at 9am": "11-26 09:00",
    "9am": "11-26 09:00",
    "9:30 pm": "11-25 21:30",
    "21:00": "11-25 21:00",
    "9:00": "11-26 09:00",
    "at 9": "11-26 09:00",
    "12am": "11-26 00:00",
    "noon": "11-26 12:00",
    "tonight": "11-25 20:00",
    "monday 9:00": "11-30 09:00",
    "next monday": "11-30 09:00",
    "fri": "11-27 09:00",
    "2026-11-30 09:00": "11-30 09:00",
    "2026-11-30T09:00+00:00": "11-30 17:00",
    "11/30": "11-30 09:00",
}
NONE = (
    "", "5", "a", "week", "hello", "call back", "3 customers called", "agent may call", "99:99", "31-31",
    "2月30日", "9999w", "明天25点", "2小时后 再说", "\x00", "9" * 400, "1h" * 300,
)  # fmt: skip


@pytest.mark.parametrize("text", SPANS)
def test_a_span_counts_from_now(text):
    assert when.read(text, at=AT, zone=ZONE) == AT + timedelta(minutes=SPANS[text])


@pytest.mark.parametrize("text", MOMENTS)
def test_a_moment_is_read_in_the_zone_of_whoever_writes_it(text):
    found = when.read(text, at=AT, zone=ZONE)
    assert found is not None and found.astimezone(ZONE).strftime("%m-%d %H:%M") == MOMENTS[text]
    london = when.read("tomorrow 9:00", at=AT, zone=ZoneInfo("Europe/London"))
    assert london is not None and london.isoformat() == "2026-11-26T09:00:00+00:00"


@pytest.mark.parametrize("text", NONE)
def test_whatever_is_no_moment_is_none(text):
    assert when.read(text, at=AT, zone=ZONE) is None
