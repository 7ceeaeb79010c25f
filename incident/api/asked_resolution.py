"""What the calls on options, labels and assessments read."""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from incident.api.asked import Asked, Words
from incident.coordination.option_words import BASIS_LONGEST, REMARK_LONGEST, TERMS_LONGEST, Wanted
from incident.errors import N_
from incident.intake.body import Money, Text
from incident.lifecycle.common import TEXT_LONGEST
from incident.lifecycle.reach import Reach
from incident.models.resolutions import AXES
from incident.vocabulary import OptionKind


def _day(value: Any) -> Any:
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError(N_("This must be a day like 2026-12-31."))
    return value


def _judged(value: Any) -> Any:
    """A number alone stands for a score without a remark."""
    return {"score": value} if isinstance(value, int) and not isinstance(value, bool) else value


def _termed(value: Any) -> Any:
    """A text alone stands for terms without a schedule."""
    return {"text": value} if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_day)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Remark = Annotated[Text, Field(max_length=REMARK_LONGEST)]
Reasoned = Annotated[Text, Field(max_length=TEXT_LONGEST)]


class Judged(Asked):
    """How feasible on one axis: 0 (not at all) to 3, with a remark; a number alone is a score."""

    score: int = Field(ge=0, le=3)
    remark: Remark = ""


class Terms(Asked):
    """What is offered; with `periods` and `first_due` (and `annual_rate` in per cent) for instalments."""

    text: Annotated[Text, Field(max_length=TERMS_LONGEST)]
    periods: int | None = Field(None, ge=1, le=600)
    annual_rate: Money | None = None
    first_due: Day | None = None


class Feasibility(Asked):
    """On the three axes; what is left out is not judged yet."""

    technical: Annotated[Judged | None, BeforeValidator(_judged)] = None
    economic: Annotated[Judged | None, BeforeValidator(_judged)] = None
    legal: Annotated[Judged | None, BeforeValidator(_judged)] = None


class WriteOption(Asked):
    """An option; it is proposed at once unless it is to stay a draft. A text alone is taken as `terms`."""

    kind: OptionKind
    amount: Money | None = None
    currency: Currency | None = None
    terms: Annotated[Terms, BeforeValidator(_termed)]
    feasibility: Feasibility = Feasibility()
    basis: Annotated[Text, Field(max_length=BASIS_LONGEST)] = ""
    valid_until: Day | None = None
    complaint: int | None = Field(None, ge=1, le=2**31 - 1)
    draft: bool = False

    def wanted(self) -> Wanted:
        """For the verbs."""
        judged = {axis: getattr(self.feasibility, axis) for axis in AXES}
        return Wanted(
            kind=str(self.kind),
            amount=self.amount,
            currency=self.currency,
            terms=self.terms.text,
            basis=self.basis,
            scores={axis: each.score for axis, each in judged.items() if each},
            remarks={axis: each.remark for axis, each in judged.items() if each},
            periods=self.terms.periods,
            annual_rate=self.terms.annual_rate,
            first_due=self.terms.first_due,
            valid_until=self.valid_until,
            complaint_id=self.complaint,
        )


class RefuseOption(Asked):
    """Why it is refused."""

    reason: Words


class OfferOption(Asked):
    """Until which day the offer is valid; left out, the day that the option names."""

    valid_until: Day | None = None


class CounterOption(Asked):
    """What the customer wants instead."""

    terms: Words
    amount: Money | None = None


class DeclineOption(Asked):
    """What the customer said."""

    reason: Reasoned = ""


Points = Annotated[int, Field(ge=0, le=3)]


class Impacts(Asked):
    """Impacts of 0 (none) to 3 (grave)."""

    customer: Points | None = None
    reputation: Points | None = None
    business: Points | None = None
    credit_record: Points | None = None


class Assess(Asked):
    """How far the incident reaches; what is left out stays as it was."""

    affected_customers: int | None = Field(None, ge=1, le=100_000_000)
    potential_loss: Money | None = None
    impact: Impacts = Impacts()
    note: Annotated[Text, Field(max_length=2_000)] = ""

    def over(self, known: Reach) -> Reach:
        """What was known, with what is given here over it."""
        given = self.impact.model_dump(exclude_none=True)
        return Reach(
            affected_customers=self.affected_customers or known.affected_customers,
            potential_loss=known.potential_loss if self.potential_loss is None else self.potential_loss,
            impacts={**known.impacts, **given},
        )


class DecideLevel(Asked):
    """Whether the commander lowers the level as proposed, and why."""

    lower: bool
    reason: Words


class ProposeLabel(Asked):
    """What shows it; kept encrypted."""

    grounds: Annotated[Text, Field(min_length=1, max_length=2_000)]


class EndLabel(Asked):
    """Why."""

    reason: Annotated[Text, Field(min_length=1, max_length=2_000)]
