"""Copies incidents inside the database until there are so many: the board's worst case, all of them open."""

import sys

from sqlalchemy import func, select, text

from app import create_app
from incident.db import db, unit_of_work
from incident.models.incidents import Clock, Incident, IncidentDepartment
from incident.models.records import TimelineEvent

BATCH = 5_000


def main(total: int) -> None:
    """Double what is there, at most BATCH at a time, with departments, clocks and an event for each."""
    app = create_app()
    with app.app_context():
        while (have := db.session.scalar(select(func.count()).select_from(Incident)) or 0) < total:
            with unit_of_work():
                _copy(min(have, total - have, BATCH))
        # on PostgreSQL with VACUUM, or the server would do it by itself while pages are measured
        settling = "ANALYZE" if db.engine.dialect.name == "sqlite" else "VACUUM ANALYZE"
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(settling))
        db.engine.dispose()


def _copy(count: int) -> None:
    newest = db.session.scalar(select(func.max(Incident.id))) or 0
    names = [column.name for column in Incident.__table__.columns if column.name not in ("id", "number")]
    columns = ", ".join(names)
    db.session.execute(
        text(
            f"INSERT INTO incidents (id, number, {columns}) "
            f"SELECT id + :up, 'INC-2025-' || (id + :up), {columns} FROM incidents "
            "WHERE id > :from ORDER BY id LIMIT :count"
        ),
        {"up": count, "from": newest - count, "count": count},
    )
    for model in (IncidentDepartment, Clock, TimelineEvent):
        own = [c.name for c in model.__table__.columns if c.name not in ("id", "incident_id", "seal_id")]
        table, columns = model.__table__.name, ", ".join(f'"{name}"' for name in own)
        db.session.execute(
            text(
                f"INSERT INTO {table} (incident_id, {columns}) "
                f"SELECT incident_id + :up, {columns} FROM {table} "
                "WHERE incident_id > :from AND incident_id <= :newest"
            ),
            {"up": count, "from": newest - count, "newest": newest},
        )
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT setval('incidents_id_seq', (SELECT max(id) FROM incidents))"))


if __name__ == "__main__":
    main(int(sys.argv[1]))
