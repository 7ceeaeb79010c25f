"""A pressed button under the proposal of a group: confirmed or dismissed, and the message says so at once."""

from incident import errors
from incident.db import db, unit_of_work
from incident.errors import N_
from incident.models.groups import Surge
from incident.models.incidents import Incident
from incident.slack import replying
from incident.slack.asking import Ask
from incident.slack.blocks import groups
from incident.slack.envelopes import BlockActions
from incident.surges import grouping, proposals


def group(ask: Ask, press: BlockActions) -> None:
    """Decide on the group of the button; whoever comes second is told what was decided."""
    action = press.actions[0]
    surge, number = _decide(ask, action.value or "", confirmed=action.action_id == groups.CONFIRM)
    payload = {
        "surge_id": surge.id,
        "cause": surge.cause,
        "customers": surge.customers,
        "state": str(surge.state),
        "number": number,
    }
    message = groups.build(payload, ask.settings.default_locale, ask.settings.url)
    replying.replace(press, message)


def _decide(ask: Ask, value: str, *, confirmed: bool) -> tuple[Surge, str]:
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise errors.Invalid(N_("This button names no group."))
    with unit_of_work():
        surge = grouping.find(int(value), lock=True)
        if confirmed:
            grouping.confirm(surge, by=ask.by, at=ask.at, house=ask.house)
        else:
            proposals.dismiss(surge, by=ask.by, at=ask.at)
    found = db.session.get(Incident, surge.incident_id or 0)
    return surge, found.number if found else ""
