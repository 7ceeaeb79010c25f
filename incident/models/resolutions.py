"""Ways out for a customer: options with their history and approvals, the proxy label, the assessments."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Dialect,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from incident import privacy
from incident.db import Base
from incident.vocabulary import Level, OptionKind


class Hundredths(TypeDecorator[Decimal]):
    """An amount, or a rate in per cent, as a whole number of hundredths: SQLite keeps decimals as floats."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """The hundredths; raises ValueError for a part of one."""
        if value is None:
            return None
        whole = value * 100
        if whole != whole.to_integral_value():
            raise ValueError(f"{value} has more than two places")
        return int(whole)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """The decimal with its two places."""
        return None if value is None else Decimal(value).scaleb(-2)


class OptionState(StrEnum):
    """Where an option stands; `replaced` by its next version before it came to an end of its own."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    OFFERED = "offered"
    COUNTERED = "countered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    REPLACED = "replaced"


AXES = ("technical", "economic", "legal")  # of feasibility, each 0-3 (requirement S2-23)
ON_OFFER = text("state IN ('offered', 'countered')")


class ResolutionOption(Base):
    """One version of one option; `words` holds its terms, its basis and the remarks, encrypted."""

    __tablename__ = "resolution_options"
    __table_args__ = (
        CheckConstraint("amount IS NULL OR amount >= 0", name="amount"),
        CheckConstraint("(amount IS NULL) = (currency IS NULL)", name="currency"),
        CheckConstraint("technical BETWEEN 0 AND 3", name="technical"),
        CheckConstraint("economic BETWEEN 0 AND 3", name="economic"),
        CheckConstraint("legal BETWEEN 0 AND 3", name="legal"),
        CheckConstraint(
            "state IN ('draft', 'proposed', 'approved', 'refused', 'offered', 'countered', 'accepted', "
            "'declined', 'expired', 'replaced')",
            name="state",
        ),
        UniqueConstraint("previous_id"),  # a version has one successor
        Index("ix_resolution_options_incident", "incident_id", "id"),
        Index("ix_resolution_options_expire", "expire_at", sqlite_where=ON_OFFER, postgresql_where=ON_OFFER),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"), index=True)
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("resolution_options.id"))
    revision: Mapped[int] = mapped_column(default=1)
    kind: Mapped[OptionKind] = mapped_column(String(20))
    state: Mapped[OptionState] = mapped_column(String(10), default=OptionState.DRAFT)
    amount: Mapped[Decimal | None] = mapped_column(Hundredths)
    currency: Mapped[str | None] = mapped_column(String(3))
    periods: Mapped[int | None]
    annual_rate: Mapped[Decimal | None] = mapped_column(Hundredths)
    first_due: Mapped[date | None]
    schedule: Mapped[list[Any]]
    words: Mapped[dict[str, Any]] = mapped_column(privacy.EncryptedJson)
    technical: Mapped[int | None] = mapped_column(SmallInteger)
    economic: Mapped[int | None] = mapped_column(SmallInteger)
    legal: Mapped[int | None] = mapped_column(SmallInteger)
    valid_until: Mapped[date | None]
    expire_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    proposed_at: Mapped[datetime | None]
    proposed_by: Mapped[str | None]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    approvals_needed: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the shape that SQLAlchemy asks for

    @property
    def terms(self) -> str:
        """What is offered, as written; for the customer and for nobody else, so surfaces show `told`."""
        return str(self.words.get("terms", ""))

    @property
    def basis(self) -> str:
        """The rule or the clause it rests on."""
        return str(self.words.get("basis", ""))

    def told(self, name: str) -> str:
        """`terms`, `basis` or a remark as anybody with access may read it: what looks personal is masked."""
        return privacy.redact(str(self.words.get(name, "")))

    @property
    def feasibility(self) -> int | None:
        """The sum over the three axes, 0-9; None while one is not judged."""
        scores = (self.technical, self.economic, self.legal)
        return None if None in scores else sum(each for each in scores if each is not None)


class OptionEvent(Base):
    """One step of an option's life: who, when, from which state to which, and the counter-offer's words."""

    __tablename__ = "option_events"
    __table_args__ = (Index("ix_option_events_option", "option_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    option_id: Mapped[int] = mapped_column(ForeignKey("resolution_options.id"))
    at: Mapped[datetime]
    by: Mapped[str]
    act: Mapped[str] = mapped_column(String(12))
    before: Mapped[str | None] = mapped_column(String(10))
    after: Mapped[str] = mapped_column(String(10))
    amount: Mapped[Decimal | None] = mapped_column(Hundredths)
    currency: Mapped[str | None] = mapped_column(String(3))
    words: Mapped[dict[str, Any] | None] = mapped_column(privacy.EncryptedJson)

    @property
    def told(self) -> str | None:
        """The words of a counter-offer or a reason; what looks personal is masked."""
        return privacy.redact(str(self.words["text"])) if self.words else None


class OptionApproval(Base):
    """Somebody's yes; the database itself refuses a second by the same person and one by the proposer."""

    __tablename__ = "option_approvals"
    __table_args__ = (
        UniqueConstraint("option_id", "person_id"),
        CheckConstraint("proposer_id IS NULL OR person_id <> proposer_id", name="not_the_proposer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    option_id: Mapped[int] = mapped_column(ForeignKey("resolution_options.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    role: Mapped[str] = mapped_column(String(20))
    department: Mapped[str | None] = mapped_column(String(4))
    at: Mapped[datetime]


class LabelState(StrEnum):
    """Where a label stands."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    REFUSED = "refused"
    LIFTED = "lifted"


LIVE_LABEL = text("state IN ('proposed', 'in_force')")


class ProxyLabel(Base):
    """“Malicious proxy” on a complaint: inside the house only, with encrypted grounds; no right is less."""

    __tablename__ = "proxy_labels"
    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'in_force', 'refused', 'lifted')", name="state"),
        Index(
            "ix_proxy_labels_live",
            "complaint_id",
            unique=True,
            sqlite_where=LIVE_LABEL,
            postgresql_where=LIVE_LABEL,
        ),
        Index("ix_proxy_labels_incident", "incident_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    state: Mapped[LabelState] = mapped_column(String(10), default=LabelState.PROPOSED)
    words: Mapped[dict[str, Any]] = mapped_column(privacy.EncryptedJson)
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    approvals_needed: Mapped[int]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the shape that SQLAlchemy asks for

    def told(self, name: str) -> str:
        """`grounds` or `reason`; what looks personal is masked."""
        return privacy.redact(str(self.words.get(name, "")))


class LabelApproval(Base):
    """Somebody's yes to a label, with the same two walls as for options."""

    __tablename__ = "proxy_label_approvals"
    __table_args__ = (
        UniqueConstraint("label_id", "person_id"),
        CheckConstraint("person_id <> proposer_id", name="not_the_proposer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    label_id: Mapped[int] = mapped_column(ForeignKey("proxy_labels.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    proposer_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    role: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]


class AssessmentOutcome(StrEnum):
    """What an assessment did to the level; a lower one waits for the commander."""

    SAME = "same"
    RAISED = "raised"
    LOWER_PROPOSED = "lower_proposed"
    LOWERED = "lowered"
    KEPT = "kept"


IMPACTS = ("customer", "reputation", "business", "credit_record")


class Assessment(Base):
    """How far an incident reaches, as somebody judged it at one time, and the level that follows."""

    __tablename__ = "assessments"
    __table_args__ = (
        CheckConstraint("affected_customers >= 1", name="affected"),
        CheckConstraint("potential_loss IS NULL OR potential_loss >= 0", name="loss"),
        CheckConstraint("impact_customer BETWEEN 0 AND 3", name="impact_customer"),
        CheckConstraint("impact_reputation BETWEEN 0 AND 3", name="impact_reputation"),
        CheckConstraint("impact_business BETWEEN 0 AND 3", name="impact_business"),
        CheckConstraint("impact_credit BETWEEN 0 AND 3", name="impact_credit"),
        Index("ix_assessments_incident", "incident_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    at: Mapped[datetime]
    by: Mapped[str]
    affected_customers: Mapped[int]
    potential_loss: Mapped[Decimal | None] = mapped_column(Hundredths)
    currency: Mapped[str] = mapped_column(String(3))
    impact_customer: Mapped[int] = mapped_column(SmallInteger)
    impact_reputation: Mapped[int] = mapped_column(SmallInteger)
    impact_business: Mapped[int] = mapped_column(SmallInteger)
    impact_credit_record: Mapped[int] = mapped_column("impact_credit", SmallInteger)
    note: Mapped[str]
    level_before: Mapped[int] = mapped_column(SmallInteger)
    level: Mapped[int] = mapped_column(SmallInteger)
    score: Mapped[dict[str, Any]]
    reasons: Mapped[list[Any]]
    outcome: Mapped[AssessmentOutcome] = mapped_column(String(14))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the shape that SQLAlchemy asks for

    def impact(self, name: str) -> int:
        """One of IMPACTS, 0-3."""
        return int(getattr(self, f"impact_{name}"))

    @property
    def found(self) -> Level:
        """The level that the facts and impacts give."""
        return Level(self.level)
