"""Options side by side: which is the best one, by a rule that is plain enough to be shown."""

from collections.abc import Iterable
from decimal import Decimal

from incident.errors import N_
from incident.models.resolutions import AXES, OptionState, ResolutionOption

RULE = N_(
    "Best: the highest sum of the three axes among the options that are judged on all three and that no axis "
    "rules out with 0; with equal sums the higher legal one, then the smaller amount."
)
ENDED = (OptionState.REFUSED, OptionState.DECLINED, OptionState.EXPIRED, OptionState.REPLACED)


def best(options: Iterable[ResolutionOption]) -> set[int]:
    """The ids of the best options, for each customer and for the whole incident apart; equals share it."""
    groups: dict[int | None, list[ResolutionOption]] = {}
    for each in options:
        if _counts(each):
            groups.setdefault(each.complaint_id, []).append(each)
    found: set[int] = set()
    for group in groups.values():
        top = max(_rank(each) for each in group)
        found |= {each.id for each in group if _rank(each) == top}
    return found


def _counts(option: ResolutionOption) -> bool:
    scores = [getattr(option, axis) for axis in AXES]
    return option.state not in ENDED and all(scores)


def _rank(option: ResolutionOption) -> tuple[int, int, Decimal]:
    return option.feasibility or 0, option.legal or 0, -(option.amount or Decimal(0))
