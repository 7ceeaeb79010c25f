"""What calls on training and readiness answer, for the document."""

from datetime import date, datetime

from pydantic import BaseModel

from incident.api.answered import Page, Someone, Words
from incident.models.training import CertificateSource, Subject
from incident.vocabulary import ComplaintType


class Course(BaseModel):
    """A course, and how many of those it is for hold a certificate in date."""

    id: int
    code: str
    title: Words
    subject: Subject
    playbooks: list[ComplaintType]
    departments: list[str]
    by_test: bool
    pass_percent: int
    valid_months: int
    people: int
    in_date: int


class CoursePage(Page):
    """Courses."""

    items: list[Course]


class Certificate(BaseModel):
    """What somebody may show for a course."""

    id: int
    course: int
    person: Someone | None
    got_on: date
    valid_until: date
    source: CertificateSource
    score: int | None


class CertificatePage(Page):
    """Certificates."""

    items: list[Certificate]


class ReadinessPart(BaseModel):
    """One part of the score; where there is nothing to count, `percent` is null and it weighs nothing."""

    name: str
    percent: int | None
    weight: int
    have: int
    of: int


class ReadinessCell(BaseModel):
    """How ready a department is for a plan, in hundredths."""

    department: str
    days_since_drill: int | None
    percent: int
    trained: int | None
    on_duty: int | None
    contacts: int | None


class ReadinessPlan(BaseModel):
    """A plan: the days since its last drill, when the next one that is announced begins, its departments."""

    playbook: ComplaintType
    version: int
    days_since_drill: int | None
    limit_days: int
    rating: str | None
    next_drill_at: datetime | None
    departments: list[ReadinessCell]


class ReadinessAdvice(BaseModel):
    """Something to do next."""

    sentence: Words
    playbook: ComplaintType | None
    url: str


class ReadinessDay(BaseModel):
    """The score of a day."""

    day: date
    score: int


class Readiness(BaseModel):
    """How ready the organisation is."""

    score: int
    at: datetime
    parts: list[ReadinessPart]
    plans: list[ReadinessPlan]
    next: list[ReadinessAdvice]
    history: list[ReadinessDay]
