"""The board: what is on fire first; the page, and the cheap question whether it is still as shown."""

import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, render_template, request
from markupsafe import Markup
from sqlalchemy import select

from incident import clock, drills
from incident.board import access, board_list, figures, frame
from incident.board.access import needs
from incident.board.board_list import Filters
from incident.db import db
from incident.models.drills import Drill, DrillState
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.playbooks import library
from incident.vocabulary import Status

bp = Blueprint("home", __name__)
DRILLS_SHOWN = 5  # running drills in their own band


@bp.get("/")
@needs(Permission.INCIDENTS_READ)
def board() -> str:
    """The page."""
    filters = board_list.asked(request.args)
    tag = _tag()  # before reading: what happens meanwhile is then seen by the next question
    return render_template(
        "board.html",
        etag=tag,
        departments=list(library.departments()),
        types=[version.plan for version in library.all_current()],
        **_view(filters),
    )


@bp.get("/board/rows")
@needs(Permission.INCIDENTS_READ)
def rows() -> Response:
    """What changes on the page, for its script; 304 while nothing has happened in the last minute."""
    tag = _tag()
    return frame.news(
        tag, lambda: render_template("partials/board_live.html", **_view(board_list.asked(request.args)))
    )


def _tag() -> str:
    """Changes with anything that the page shows, and each minute for what changes with time alone."""
    minute = int(clock.now().timestamp() // 60)
    reader = access.actor()
    said = [each["text"] for each in frame.strip()]
    stamp = figures.stamp()
    parts = (minute, frame.locale(), reader.id, request.query_string, said)
    return f"{stamp}-{zlib.crc32(repr(parts).encode()):x}"


def _view(filters: Filters) -> dict[str, Any]:
    at = clock.now()
    page = board_list.page(filters, at=at, after=board_list.cursor(request.args.get("cursor")))
    counted = figures.current()
    drills = _drills(filters) if counted.drills and not filters.drill else []
    return {
        "filters": filters,
        "page": page,
        "beside": board_list.beside([*page.rows, *drills], at=at),
        "figures": counted,
        "chip": _chips(),
        "drills": drills,
        "quiet": _quiet() if not page.rows and not filters.narrowed else None,
        "address": lambda cursor="", **changes: _address(filters, cursor, changes),
        "first_page": not request.args.get("cursor"),
    }


def _chips() -> Callable[[board_list.Line], Markup]:
    """Draws department chips as the macro `ui.department` does; a page has hundreds of a few kinds."""
    drawn: dict[tuple[Any, ...], Markup] = {}

    def draw(line: board_list.Line) -> Markup:
        look = (line.code, line.state, line.part, line.silent)
        if look not in drawn:
            macro = current_app.jinja_env.get_template("macros.html").module.department  # type: ignore[attr-defined]
            drawn[look] = Markup(macro(*look))  # noqa: S704 - the macro escapes
        return drawn[look]

    return draw


def _address(filters: Filters, cursor: str, changes: dict[str, Any]) -> str:
    query = filters.address(**changes) | ({"cursor": cursor} if cursor else {})
    return "/?" + urlencode(query) if query else "/"


def _drills(filters: Filters) -> list[board_list.Line]:
    """Drills that run now: in their own band, never among the live ones."""
    if filters.status == "closed" or filters.narrowed:
        return []
    return board_list.page(Filters(drill=True), at=clock.now(), limit=DRILLS_SHOWN).rows


def _quiet() -> dict[str, Any]:
    """For a board with nothing on it: since when, the last drill and the next."""
    ended = select(Incident.closed_at).where(
        Incident.status == Status.CLOSED, Incident.drill.is_(False), Incident.closed_at.is_not(None)
    )
    drill = select(Drill).where(drills.visible(access.actor()))
    return {
        "since": db.session.scalar(ended.order_by(Incident.closed_at.desc()).limit(1)),
        "last": db.session.scalar(
            drill.where(Drill.state == DrillState.ENDED).order_by(Drill.starts_at.desc()).limit(1)
        ),
        "next": db.session.scalar(
            drill.where(Drill.state == DrillState.SCHEDULED).order_by(Drill.starts_at).limit(1)
        ),
    }
