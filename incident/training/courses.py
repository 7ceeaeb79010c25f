"""Courses: entered and changed by trainers, with the three subjects there from the start."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident import audit, errors
from incident.accounts import Actor
from incident.db import db
from incident.errors import N_, Reason
from incident.models.people import Person
from incident.models.training import (
    Certificate,
    Course,
    Subject,
)
from incident.permissions import Permission
from incident.playbooks import library

TITLE_LONGEST = 120  # characters
# The three subjects of requirement S0-5, there from the start; an institution changes or ends them.
FIRST: tuple[tuple[str, Subject, str, str, tuple[str, ...]], ...] = (
    (
        "PRODUCT",
        Subject.PRODUCT,
        "信用卡业务与费用",
        "Credit cards, fees and hardship options",
        ("fee_dispute", "information_error", "repayment_plan", "business_processing"),
    ),
    (
        "LAW",
        Subject.LAW,
        "法律法规与催收行为边界",
        "Law, and the limits of collection",
        ("improper_collection", "privacy_leak", "credit_report_dispute", "outsourced_agency_breach"),
    ),
    ("PROCESS", Subject.PROCESS, "应急处置流程", "The process of emergency response", ()),
)


@dataclass(frozen=True)
class Outline:
    """What a trainer enters of a course."""

    code: str
    title_zh: str
    title_en: str
    subject: str
    plan_keys: Sequence[str] = ()
    audience: Sequence[str] = ()
    by_test: bool = True
    pass_percent: int = 80
    valid_months: int = 12


def seed(*, by: Actor, at: datetime) -> int:
    """The first courses, where there is none yet; returns how many."""
    if db.session.scalar(select(Course.id).limit(1)) is not None:
        return 0
    for code, subject, zh, en, plans in FIRST:
        outline = Outline(code, zh, en, str(subject), plans)
        db.session.add(_made(outline, by=by, at=at))
    db.session.flush()
    return len(FIRST)


def _made(outline: Outline, *, by: Actor, at: datetime) -> Course:
    return Course(code=outline.code, **_facts(outline), created_at=at, created_by=by.label)


def _facts(outline: Outline) -> dict[str, Any]:
    """What may change of a course."""
    return {
        "title_zh": outline.title_zh,
        "title_en": outline.title_en,
        "subject": Subject(outline.subject),
        "plan_keys": list(outline.plan_keys),
        "audience": list(outline.audience),
        "by_test": outline.by_test,
        "pass_percent": outline.pass_percent,
        "valid_months": outline.valid_months,
    }


def add(outline: Outline, *, by: Actor, at: datetime) -> Course:
    """Enter a course; raises Invalid naming every fault."""
    by.must(Permission.TRAINING_MANAGE)
    known = db.session.scalar(select(Course.id).where(Course.code == outline.code))
    taken = [Reason(N_("There is a course of this code already."), loc=("code",))] if known else []
    if faults := [*taken, *_faults(outline)]:
        raise errors.Invalid(N_("The course is not valid."), reasons=faults)
    made = _made(outline, by=by, at=at)
    db.session.add(made)
    db.session.flush()
    audit.record("training.course_added", f"course/{made.id}", by=by.label, at=at, name=made.code)
    return made


def change(course: Course, outline: Outline, *, by: Actor, at: datetime) -> bool:
    """Change a course, whose code stays; certificates keep their end. Returns whether anything is new; raises
    Invalid naming every fault, and Refused for a course that has ended."""
    by.must(Permission.TRAINING_MANAGE)
    _must_go_on(course)
    if faults := _faults(replace(outline, code=course.code)):
        raise errors.Invalid(N_("The course is not valid."), reasons=faults)
    changed = {name: value for name, value in _facts(outline).items() if getattr(course, name) != value}
    for name, value in changed.items():
        setattr(course, name, value)
    if changed:
        audit.record(
            "training.course_changed",
            f"course/{course.id}",
            by=by.label,
            at=at,
            name=course.code,
            fields=sorted(changed),
        )
    return bool(changed)


def _must_go_on(course: Course) -> None:
    """Raise Refused for a course that has ended."""
    if course.ended_at is not None:
        raise errors.Refused(N_("This course has ended already."))


def _faults(outline: Outline) -> list[Reason]:
    plans, codes = {str(each.plan.key) for each in library.all_current()}, library.departments()
    checks = [
        (
            not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{0,19}", outline.code),
            "code",
            N_("A code of up to 20 capital letters, digits and hyphens is needed."),
        ),
        (
            not 0 < len(outline.title_zh) <= TITLE_LONGEST,
            "title_zh",
            N_("A name of 1 to 120 characters is needed."),
        ),
        (
            not 0 < len(outline.title_en) <= TITLE_LONGEST,
            "title_en",
            N_("A name of 1 to 120 characters is needed."),
        ),
        (outline.subject not in set(Subject), "subject", N_("There is no such subject.")),
        (not set(outline.plan_keys) <= plans, "plan_keys", N_("There is no such plan.")),
        (not set(outline.audience) <= set(codes), "audience", N_("There is no such department.")),
        (not 50 <= outline.pass_percent <= 100, "pass_percent", N_("Write a share from 50 to 100.")),
        (not 1 <= outline.valid_months <= 60, "valid_months", N_("Write a number of months from 1 to 60.")),
    ]
    return [Reason(words, loc=(name,)) for wrong, name, words in checks if wrong]


def end(course: Course, *, by: Actor, at: datetime) -> Course:
    """Hold a course no more; its certificates hold to their end."""
    by.must(Permission.TRAINING_MANAGE)
    _must_go_on(course)
    course.ended_at = at
    audit.record("training.course_ended", f"course/{course.id}", by=by.label, at=at, name=course.code)
    return course


def find(course_id: int) -> Course:
    """A course by its id; raises NotFound."""
    found = db.session.get(Course, course_id)
    if found is None:
        raise errors.NotFound(N_("There is no such course."))
    return found


def running() -> list[Course]:
    """The courses that are held, by subject."""
    query = select(Course).where(Course.ended_at.is_(None)).order_by(Course.subject.desc(), Course.id)
    return list(db.session.scalars(query))


def covering(plan_key: str, courses: Sequence[Course]) -> list[Course]:
    """The courses about a plan: those that name it, and those about every plan."""
    return [each for each in courses if not each.plan_keys or plan_key in each.plan_keys]


def audience(course: Course) -> list[Person]:
    """Whom a course is for."""
    query = select(Person).where(Person.active).order_by(Person.department_code, Person.id)
    if course.audience:
        query = query.where(Person.department_code.in_(course.audience))
    return list(db.session.scalars(query))


def holders(course: Course) -> dict[int, Certificate]:
    """The certificate that counts of each person who has one."""
    rows = db.session.scalars(
        select(Certificate).where(Certificate.course_id == course.id).order_by(Certificate.valid_until)
    )
    return {row.person_id: row for row in rows}
