"""What happens in Slack without anybody asking us: each event of the registry with its handler."""

from collections.abc import Callable

from incident.slack import home, reacting, rooming
from incident.slack.desk import Desk
from incident.slack.envelopes import Event

Hear = Callable[[Desk, Event], None]
HEARERS: dict[str, Hear] = {
    "app_home_opened": home.opened,
    "reaction_added": reacting.heard,
    **rooming.HEARERS,
}


def take(desk: Desk, event: Event) -> None:
    """Hand an event to whoever hears it; every other is only taken."""
    hear = HEARERS.get(event.type)
    if hear is not None:
        hear(desk, event)
