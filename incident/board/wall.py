"""The wall: what is on fire, large, for a screen in the room; nothing on it can be pressed."""

from typing import Any

from flask import Blueprint, Response, render_template

from incident import clock
from incident.board import access, board_list, figures, frame
from incident.board.board_list import Filters
from incident.permissions import Permission

bp = Blueprint("wall", __name__)
SHOWN = 12  # incidents; a screen across the room is read from far
DRILLS = 2


@bp.get("/wall")
@access.needs(Permission.INCIDENTS_READ)
def show() -> str:
    """The page; it brings itself up to date."""
    tag = _tag()
    return render_template("wall.html", etag=tag, **_view())


@bp.get("/wall/live")
@access.needs(Permission.INCIDENTS_READ)
def live() -> Response:
    """What changes on it; 304 while nothing has happened in the last minute."""
    tag = _tag()
    return frame.news(tag, lambda: render_template("partials/wall_live.html", **_view()))


def _tag() -> str:
    minute = int(clock.now().timestamp() // 60)
    said = [each["text"] for each in frame.strip()]
    return f"{figures.stamp()}-{frame.digest(minute, frame.locale(), said)}"


def _view() -> dict[str, Any]:
    at = clock.now()
    counted = figures.current()
    page = board_list.page(Filters(), at=at, limit=SHOWN)
    rows = [(group, row) for group, rows in page.groups for row in rows]
    drills = board_list.page(Filters(drill=True), at=at, limit=DRILLS).rows if counted.drills else []
    shown = [*(row for _group, row in rows), *drills]
    return {
        "figures": counted,
        "rows": rows,
        "drills": drills,
        "beside": board_list.beside(shown, at=at),
        "more": max(counted.open - len(rows), 0),
        "said": frame.strip(),
        "at": at,
    }
