"""A calendar of working days that runs out is itself an alarm: a deadline after its end would be a guess."""

from datetime import datetime

from incident import calendars, clocks, notices
from incident.db import unit_of_work
from incident.errors import N_
from incident.lifecycle.common import House
from incident.playbooks import library
from incident.playbooks.files import JURISDICTIONS

WARNS_BEFORE = 60  # days before its end
NOTICE = "calendar"


def sweep(*, at: datetime, house: House) -> int:
    """Show on the board which of the calendars in use end soon: the house's, and those of open clocks."""
    used = {house.rule_set, *clocks.calendars_in_use()}
    for each in JURISDICTIONS:
        key = NOTICE if each == house.rule_set else f"{NOTICE}-{each}"
        last = calendars.known_until(each)
        if each in used and (last is None or (last - at.date()).days < WARNS_BEFORE):
            _tell(key, each, str(last), at=at)
        else:
            with unit_of_work():
                notices.clear(key)
    return 0


def _tell(key: str, jurisdiction: str, last: str, *, at: datetime) -> None:
    name = library.rules(jurisdiction).name
    with unit_of_work():
        if key == NOTICE:
            notices.put(
                key,
                N_("The working calendar ends on %(last)s; add the next year's holidays and make-up days."),
                at=at,
                last=last,
            )
        else:
            notices.put(
                key,
                N_("The working calendar of “%(name)s”, which clocks count by, ends on %(last)s."),
                at=at,
                last=last,
                name={"zh": name.zh, "en": name.en},
            )
