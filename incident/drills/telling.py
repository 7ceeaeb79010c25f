"""What other systems are told of drills ahead: no names, and of a surprise nothing."""

from datetime import datetime

from incident.models.drills import Drill
from incident.webhooks import events


def tell(act: str, drills: list[Drill], *, at: datetime) -> None:
    """Write `drill.<act>` for the announced ones among some drills into the present transaction."""
    told = [
        {"id": each.id, "playbook": each.plan_key, "starts_at": events.moment(each.starts_at)}
        for each in drills
        if each.announced
    ]
    if told:
        events.tell(f"drill.{act}", at=at, exercises=told)
