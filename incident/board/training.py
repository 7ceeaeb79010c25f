"""Training on the web: courses, sessions and who came, tests, certificates, and lists in and out."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request
from flask_babel import ngettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from incident import clock, errors
from incident.board import access, acting, frame, parsed, times, typed
from incident.board.access import needs
from incident.db import db, unit_of_work
from incident.errors import N_, DomainError, NotFound, Reason
from incident.models.people import Person
from incident.models.training import Course, CourseSession, CourseTest, Subject
from incident.permissions import Permission
from incident.playbooks import library
from incident.sheets import moment
from incident.training import certificates, courses, exchange, sessions, testing

bp = Blueprint("training", __name__)
READ, MANAGE = Permission.DRILLS_READ, Permission.TRAINING_MANAGE
Answer = Response | tuple[str, int]


@bp.get("/training")
@needs(READ)
def listing() -> str:
    """Every course with how many hold its certificate, and what I hold myself."""
    return _list(typed.Typed())


def _list(form: typed.Typed, outcome: exchange.Outcome | None = None) -> str:
    today, rows = times.local(clock.now()).date(), courses.running()
    valid = certificates.valid([each.id for each in rows], on=today)
    audiences = {each.id: {person.id for person in courses.audience(each)} for each in rows}
    return render_template(
        "training/list.html",
        rows=rows,
        audiences=audiences,
        held={each.id: valid[each.id] & audiences[each.id] for each in rows},
        mine={course.id: row for row, course in reversed(certificates.of_person(access.actor().id or 0))},
        today=today,
        lists=exchange.LISTS,
        outcome=outcome,
        taken=_taken(outcome) if outcome else "",
        form=form,
        **_choices(),
    )


def _choices() -> dict[str, Any]:
    """What a course can be about, and for."""
    return {
        "subjects": list(Subject),
        "about": [(str(each.plan.key), frame.pick(each.plan.title)) for each in library.all_current()],
        "departments": [(code, row.name(frame.locale())) for code, row in library.departments().items()],
    }


@bp.post("/training")
@needs(MANAGE)
def add() -> Answer:
    """Enter a course."""
    try:
        with unit_of_work():
            made = courses.add(_outline(), by=access.actor(), at=clock.now())
    except DomainError as fault:
        kept = typed.refused(fault)
        return _list(kept), kept.status
    return redirect(f"/training/{made.id}", 303)


def _outline() -> courses.Outline:
    given = request.form
    return courses.Outline(
        code=given.get("code", "").strip().upper(),
        title_zh=given.get("title_zh", "").strip(),
        title_en=given.get("title_en", "").strip(),
        subject=given.get("subject", ""),
        plan_keys=given.getlist("plan_keys"),
        audience=given.getlist("audience"),
        by_test=given.get("by_test") == "1",
        pass_percent=_number("pass_percent"),
        valid_months=_number("valid_months"),
    )


def _number(name: str) -> int:
    text = request.form.get(name, "").strip()
    return int(text) if text.isdecimal() and len(text) < 4 else 0


@bp.get("/training/<int:course_id>")
@needs(READ)
def show(course_id: int) -> str:
    """One course: its sessions, who holds its certificate and who does not."""
    return _course(courses.find(course_id), typed.Typed())


def _course(course: Course, form: typed.Typed) -> str:
    rows = sessions.of(course)
    return render_template(
        "training/course.html",
        course=course,
        sessions=rows,
        came={row.id: sessions.attended(row) for row in rows},
        people=courses.audience(course),
        trainers={each.id: each for each in db.session.scalars(select(Person).where(Person.active))},
        holders=courses.holders(course),
        today=times.local(clock.now()).date(),
        at=clock.now(),
        plans={str(each.plan.key): each.plan for each in library.all_current()},
        form=form,
        **_choices(),
    )


def _do(course_id: int, act: Callable[[Course], Any]) -> Answer:
    try:
        with unit_of_work():
            act(courses.find(course_id))
    except NotFound:
        raise
    except DomainError as fault:
        kept = typed.refused(fault)
        return _course(courses.find(course_id), kept), kept.status
    return redirect(f"/training/{course_id}", 303)


@bp.post("/training/<int:course_id>")
@needs(MANAGE)
def change(course_id: int) -> Answer:
    """Change it."""
    outline = _outline()
    return _do(course_id, lambda course: courses.change(course, outline, by=access.actor(), at=clock.now()))


@bp.post("/training/<int:course_id>/sessions")
@needs(MANAGE)
def hold(course_id: int) -> Answer:
    """Put a session on the calendar."""
    trainer = request.form.get("trainer", "")

    def act(course: Course) -> None:
        held_at = moment(request.form.get("held_at", ""), acting.house().zone)
        if held_at is None:
            words = Reason(N_("Write a time like 2026-11-03 09:00."), loc=("held_at",))
            raise errors.Invalid(N_("The session is not valid."), reasons=[words])
        sessions.hold(
            course,
            held_at=held_at,
            place=request.form.get("place", ""),
            trainer_id=int(trainer) if trainer.isdecimal() and len(trainer) < 10 else None,
            by=access.actor(),
            at=clock.now(),
        )

    return _do(course_id, act)


@bp.post("/training/<int:course_id>/sessions/<int:session_id>/attendance")
@needs(MANAGE)
def attendance(course_id: int, session_id: int) -> Answer:
    """Write down who came."""
    ids = [int(each) for each in request.form.getlist("people") if each.isdecimal() and len(each) < 10]

    def act(_course: Course) -> None:
        row = db.session.get(CourseSession, session_id)
        if row is None or row.course_id != course_id:
            raise errors.NotFound(N_("There is no such session."))
        sessions.record_attendance(
            row, ids, by=access.actor(), at=clock.now(), calendar=acting.house().calendar
        )

    return _do(course_id, act)


@bp.post("/training/<int:course_id>/end")
@needs(MANAGE)
def end(course_id: int) -> Answer:
    """Hold it no more."""
    return _do(course_id, lambda course: courses.end(course, by=access.actor(), at=clock.now()))


@bp.post("/training/<int:course_id>/test")
@needs(READ)
def start_test(course_id: int) -> Answer:
    """Begin a test."""
    with unit_of_work():
        made = testing.start(courses.find(course_id), by=access.actor(), at=clock.now())
    return redirect(f"/training/tests/{made.id}", 303)


@bp.get("/training/tests/<int:test_id>")
@needs(READ)
def take_test(test_id: int) -> str:
    """The questions; afterwards the result."""
    return _test(testing.find(test_id, by=access.actor()), typed.Typed())


def _test(test: CourseTest, form: typed.Typed) -> str:
    return render_template("training/test.html", test=test, course=courses.find(test.course_id), form=form)


@bp.post("/training/tests/<int:test_id>")
@needs(READ)
def finish_test(test_id: int) -> Answer:
    """Hand in the answers."""
    by = access.actor()
    try:
        with unit_of_work():
            test = testing.find(test_id, by=by)
            given = [request.form.get(f"q{place}", "") for place in range(len(test.questions))]
            answers = [int(each) if each.isdecimal() and len(each) < 3 else None for each in given]
            testing.finish(test, answers, by=by, at=clock.now(), calendar=acting.house().calendar)
    except NotFound:
        raise
    except DomainError as fault:
        kept = typed.refused(fault)
        return _test(testing.find(test_id, by=by), kept), kept.status
    return redirect(f"/training/tests/{test_id}", 303)


@bp.get("/training/people/<int:person_id>")
@needs(READ)
def person(person_id: int) -> str:
    """What somebody may show."""
    found = db.session.get(Person, person_id)
    if found is None:
        raise errors.NotFound(N_("There is no such person."))
    return render_template(
        "training/person.html",
        person=found,
        rows=certificates.of_person(person_id),
        today=times.local(clock.now()).date(),
    )


@bp.get("/training/<name>.csv")
@needs(READ)
def export(name: str) -> Response:
    """A list of training, for other systems."""
    answer = make_response("\ufeff" + exchange.as_csv(name, calendar=acting.house().calendar))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


@bp.post("/training/import")
@needs(MANAGE)
def take() -> Answer | str:
    """Take a list from CSV, pasted or as a file."""
    try:
        text = parsed.table("file") or request.form.get("csv", "")
        outcome = exchange.take(text, by=access.actor(), at=clock.now(), calendar=acting.house().calendar)
    except DomainError as fault:
        kept = typed.refused(fault)
        return _list(kept), kept.status
    if outcome.rejected:
        return _list(typed.Typed(request.form), outcome)
    flash(_taken(outcome), "good")
    return redirect("/training", 303)


def _taken(outcome: exchange.Outcome) -> str:
    """How much of a list was taken."""
    count = outcome.taken
    if outcome.name == "courses":
        return str(ngettext("%(num)s course taken.", "%(num)s courses taken.", count))
    if outcome.name == "attendance":
        return str(ngettext("%(num)s line of attendance taken.", "%(num)s lines of attendance taken.", count))
    return str(ngettext("%(num)s certificate taken.", "%(num)s certificates taken.", count))
