"""The plans on the web: the library, one plan with its steps along time, and its versions."""

from flask import Blueprint, render_template, request
from sqlalchemy import select

from incident import clock, drills
from incident.board import access, frame, plan_view, times
from incident.db import db
from incident.drills import results
from incident.models.drills import Drill, DrillState
from incident.models.exercises import DrillRating
from incident.permissions import Permission
from incident.plan_changes import care, moves, reading, wording
from incident.playbooks import library
from incident.playbooks.library import Version

bp = Blueprint("playbooks", __name__)


@bp.get("/playbooks")
@access.needs(Permission.PLAYBOOKS_READ)
def listing() -> str:
    """Every plan in force that matches the search and the filters."""
    filters = {name: request.args.get(name, "").strip() for name in ("q", "level", "department")}
    return render_template(
        "playbooks/list.html",
        plans=[each for each in library.all_current() if _wanted(each, filters)],
        filters={name: value for name, value in filters.items() if value},
        departments=library.departments(),
        unread=reading.unread(access.actor().id or 0),
    )


def _wanted(version: Version, filters: dict[str, str]) -> bool:
    plan = version.plan
    return (
        (not filters["level"] or str(int(plan.default_level)) == filters["level"])
        and (not filters["department"] or filters["department"] in {d.code for d in plan.departments})
        and plan_view.matches(version, filters["q"])
    )


@bp.get("/playbooks/<key>")
@access.needs(Permission.PLAYBOOKS_READ)
def plan(key: str) -> str:
    """The plan in force for a kind of complaint."""
    return _page(library.current(key), latest=True)


@bp.get("/playbooks/<key>/versions/<int:number>")
@access.needs(Permission.PLAYBOOKS_READ)
def version(key: str, number: int) -> str:
    """A plan as it stood in one version: what an incident of that time was opened with."""
    found = library.numbered(key, number)
    return _page(found, latest=found.id == library.current(key).id)


def _page(found: Version, *, latest: bool) -> str:
    heads, lanes = plan_view.lanes(found.plan)
    return render_template(
        "playbooks/plan.html",
        version=found,
        plan=found.plan,
        latest=latest,
        heads=heads,
        lanes=lanes,
        steps=plan_view.in_time(found.plan),
        due_words=plan_view.due_words,
        reading=reading.of_person(found.id, access.actor().id or 0),
        note=found.note,
        care=care.of(str(found.plan.key)),
        today=times.local(clock.now()).date(),
        under_way=len(moves.listed(plan_key=str(found.plan.key), states=moves.OPEN)),
        last_drill=(last := _drill(found.plan.key, DrillState.ENDED)),
        last_rating=_rating(last),
        next_drill=_drill(found.plan.key, DrillState.SCHEDULED),
    )


def _drill(key: str, state: DrillState) -> Drill | None:
    """The drill of a plan that ended last, or the one that comes next."""
    order = Drill.starts_at.desc() if state == DrillState.ENDED else Drill.starts_at
    return db.session.scalar(
        select(Drill)
        .where(Drill.state == state, Drill.plan_key == key, drills.visible(access.actor()))
        .order_by(order)
        .limit(1)
    )


def _rating(drill: Drill | None) -> str | None:
    """The gravest rating of a drill."""
    wanted = select(DrillRating.rating).where(DrillRating.drill_id == (drill.id if drill else 0))
    return results.worst(db.session.scalars(wanted))


@bp.get("/playbooks/<key>/versions")
@access.needs(Permission.PLAYBOOKS_READ)
def versions(key: str) -> str:
    """The versions of a plan, newest first, with what each changed."""
    current = library.current(key)
    rows = library.history(key)
    return render_template(
        "playbooks/versions.html",
        plan=current.plan,
        rows={row.version: row for row in rows},
        history=plan_view.history([library.version(row.id) for row in rows]),
        sentence=lambda found: wording.sentence(found, frame.locale()),
    )
