"""One step for several people: each is told once, and what keeps one from being told stops nobody else."""

from collections.abc import Callable
from typing import Any

from incident.alerting.channels import Order, Trouble
from incident.alerting.facts import PersonFacts


def each(order: Order, tell: Callable[[PersonFacts], None]) -> dict[str, Any]:
    """Tell everybody whom no earlier attempt has told; returns {"told": [person ids]}.

    Raises Trouble, with who was told so far as its progress: at once where Slack as a whole does not take
    messages, at the end and for good where some people cannot be reached, by their names.
    """
    told: list[int] = list(order.progress.get("told", []))
    missed: list[tuple[PersonFacts, Trouble]] = []
    for person in order.people:
        if person.id in told:
            continue
        try:
            tell(person)
        except Trouble as trouble:
            if not trouble.permanent:
                trouble.progress["told"] = told
                raise
            missed.append((person, trouble))
        else:
            told.append(person.id)
    if missed:
        kinds = {trouble.kind for _person, trouble in missed}
        kind = kinds.pop() if len(kinds) == 1 else "user_gone"
        names = "、".join(person.name for person, _trouble in missed)
        values = {**missed[0][1].reason.values, "name": names}
        raise Trouble(kind, permanent=True, progress={"told": told}, **values)
    return {"told": told}
