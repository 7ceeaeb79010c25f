"""Options for tests, made through the verbs: written by 李娜 and approved by 赵敏 unless said otherwise."""

from datetime import date, timedelta
from decimal import Decimal

from incident.coordination import approvals, options
from incident.coordination.option_words import Wanted
from incident.db import unit_of_work
from tests import builders
from tests.builders import NOW

LATER = NOW + timedelta(hours=1)
UNTIL = date(2026, 11, 10)


def a_wanted(**given):
    facts = {"kind": "waiver", "amount": Decimal("300.00"), "currency": "CNY", "terms": "免除两期违约金"}
    return Wanted(**{**facts, **given})


def an_option(incident, *, by="li", state="proposed", **given):
    calendar = builders.house().calendar
    actor = builders.acting(by)
    with unit_of_work():
        option = options.write(incident, a_wanted(**given), by=actor, at=NOW, calendar=calendar)
        if state != "draft":
            options.propose(incident, option, by=actor, at=NOW)
    for needed in ("approved", "offered"):
        if state in ("draft", "proposed") or (state == "approved" and needed == "offered"):
            continue
        with unit_of_work():
            if needed == "approved":
                approvals.approve(incident, option, by=builders.acting("zhao"), at=NOW)
            else:
                options.offer(incident, option, by=actor, at=NOW, calendar=calendar, valid_until=UNTIL)
    return option


def offer(incident, option, *, at=NOW, until=UNTIL):
    with unit_of_work():
        options.offer(
            incident,
            option,
            by=builders.acting("li"),
            at=at,
            calendar=builders.house().calendar,
            valid_until=until,
        )
