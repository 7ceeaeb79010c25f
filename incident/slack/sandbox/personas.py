"""The people of the workspace: who a visitor of the pages can be, and how Slack describes them."""

import dataclasses
import datetime
import sqlite3
import time
import zoneinfo
from collections.abc import Iterable, Sequence
from typing import Any

from incident.slack.sandbox import events, identity
from incident.slack.sandbox import workspace as workspaces


@dataclasses.dataclass(frozen=True, kw_only=True)
class Persona:
    """One member: `id` as Slack's ("U…"), `locale` "zh-CN" or "en-US", `tz` an IANA name, `team` another
    workspace's id for somebody who is only in shared channels."""

    id: str
    name: str
    real_name: str
    email: str
    locale: str = "en-US"
    tz: str = "Asia/Shanghai"
    title: str = ""
    is_guest: bool = False
    is_bot: bool = False
    deleted: bool = False
    team: str = identity.TEAM


BOT = Persona(id=identity.BOT_USER, name="incident", real_name="Incident", email="", title="App", is_bot=True)

_FIELDS = [one.name for one in dataclasses.fields(Persona) if one.name != "id"] + ["updated_s"]
_UPSERT = (
    f"INSERT INTO people (id, {', '.join(_FIELDS)}) VALUES (:id, {', '.join(f':{one}' for one in _FIELDS)})"  # noqa: S608
    f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{one} = :{one}' for one in _FIELDS)}"
)


def upsert(db: sqlite3.Connection, people: Iterable[Persona]) -> None:
    """Writes people; one with the same id is replaced. Full members join #general, guests do not, as in
    Slack."""
    now = int(time.time())
    for person in people:
        db.execute(_UPSERT, {**dataclasses.asdict(person), "updated_s": now})
        if not (person.is_bot or person.is_guest or person.deleted or person.team != identity.TEAM):
            db.execute(
                "INSERT OR IGNORE INTO members (channel, person, joined_at) VALUES (?, ?, ?)",
                (identity.GENERAL, person.id, now * 1_000_000),
            )


def add_missing(db: sqlite3.Connection, people: Iterable[Persona]) -> None:
    """Writes those people the workspace does not have yet; whoever is there stays as they were last."""
    upsert(db, [person for person in people if find(db, person.id) is None])


def changed(db: sqlite3.Connection, workspace: workspaces.Workspace, people: Sequence[Persona]) -> None:
    """Writes people while the workspace is in use, so that the app may hear of it as `team_join` and
    `user_change`."""
    known = {person.id for person in people if find(db, person.id) is not None}
    upsert(db, people)
    for person in people:
        row = find(db, person.id)
        if row is not None:
            kind = "user_change" if person.id in known else "team_join"
            events.emit(db, workspace, {"type": kind, "user": describe(row, with_locale=True)})


def find(db: sqlite3.Connection, person: str) -> sqlite3.Row | None:
    """The row of a member, or None."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM people WHERE id = ?", (person,)).fetchone()
    return row


def everyone(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """The human members who are not deactivated, by name."""
    return db.execute("SELECT * FROM people WHERE is_bot = 0 AND deleted = 0 ORDER BY real_name").fetchall()


def describe(row: sqlite3.Row, *, with_locale: bool = False) -> dict[str, Any]:
    """Slack's user object."""
    profile: dict[str, Any] = {
        "real_name": row["real_name"],
        "real_name_normalized": row["real_name"],
        "display_name": row["name"],
        "display_name_normalized": row["name"],
        "title": row["title"],
        "email": row["email"],
        "team": row["team"],
    }
    user: dict[str, Any] = {
        "id": row["id"],
        "team_id": row["team"],
        "name": row["name"],
        "real_name": row["real_name"],
        "deleted": bool(row["deleted"]),
        "is_bot": bool(row["is_bot"]),
        "is_app_user": False,
        "updated": row["updated_s"],
        "profile": profile,
    }
    if row["is_bot"]:
        profile |= {"bot_id": identity.BOT, "api_app_id": identity.APP}
    else:
        user |= _human(row)
    if row["team"] != identity.TEAM:
        user["is_stranger"] = True
    if with_locale:
        user["locale"] = row["locale"]
    return user


def _human(row: sqlite3.Row) -> dict[str, Any]:
    offset = datetime.datetime.now(zoneinfo.ZoneInfo(row["tz"])).utcoffset() or datetime.timedelta()
    return {
        "tz": row["tz"],
        "tz_label": row["tz"],
        "tz_offset": int(offset.total_seconds()),
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": bool(row["is_guest"]),
        "is_ultra_restricted": False,
    }
