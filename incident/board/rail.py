"""The rail: the pages of the service, each shown once it exists and to whoever may open it."""

from typing import Any

from flask import current_app, request
from flask_babel import gettext as _

from incident.board import access
from incident.errors import N_
from incident.permissions import Permission

# path, name, icon, permission; a page is in the rail once it exists and the reader may open it
RAIL: tuple[tuple[str, str, str, Permission | None], ...] = (
    ("/", N_("Board"), "board", Permission.INCIDENTS_READ),
    ("/tasks", N_("My tasks"), "task", Permission.INCIDENTS_READ),
    ("/complaints", N_("Complaints"), "complaint", Permission.COMPLAINTS_READ),
    ("/clocks", N_("Clocks"), "clock", Permission.INCIDENTS_READ),
    ("/departments", N_("My department"), "department", Permission.INCIDENTS_READ),
    ("/groups", N_("Groups"), "groups", Permission.INCIDENTS_READ),
    ("/agencies", N_("Agencies"), "agency", Permission.COMPLAINTS_READ),
    ("/playbooks", N_("Playbooks"), "book", Permission.PLAYBOOKS_READ),
    ("/duty", N_("Duty"), "duty", None),
    ("/drills", N_("Drills"), "drill", Permission.DRILLS_READ),
    ("/training", N_("Training"), "training", Permission.DRILLS_READ),
    ("/reviews", N_("Reviews"), "review", Permission.REVIEWS_READ),
    ("/readiness", N_("Readiness"), "readiness", Permission.REPORTS_READ),
    ("/actions", N_("Corrective actions"), "action", Permission.REVIEWS_READ),
    ("/insights", N_("Insights"), "insight", Permission.REPORTS_READ),
    ("/report", N_("Executive report"), "report", Permission.REPORTS_READ),
    ("/wall", N_("Wall"), "wall", Permission.INCIDENTS_READ),
    ("/schedule", N_("Schedule"), "calendar", None),
    ("/admin/people", N_("People"), "people", Permission.ACCOUNTS_MANAGE),
    ("/admin/tokens", N_("Tokens"), "key", Permission.ACCOUNTS_MANAGE),
    ("/admin/deliveries", N_("Deliveries"), "send", Permission.DELIVERIES_RETRY),
    ("/admin/slack", N_("Slack"), "slack", Permission.ACCOUNTS_MANAGE),
    ("/admin/webhooks", N_("Webhooks"), "webhook", Permission.ACCOUNTS_MANAGE),
    ("/admin/calendar", N_("Calendar"), "calendar", Permission.ACCOUNTS_MANAGE),
    ("/admin/audit", N_("Audit"), "audit", Permission.AUDIT_READ),
)


def pages() -> list[dict[str, Any]]:
    """The pages that exist and that the reader may open."""
    if access.me() is None:
        return []
    there = _paths()
    here = request.path
    return [
        {
            "path": path,
            "name": _(name),
            "icon": icon,
            "here": here == path or (path != "/" and here.startswith(path + "/")),
            "admin": path.startswith("/admin/"),
        }
        for path, name, icon, permission in RAIL
        if path in there and (permission is None or access.can(permission))
    ]


def exists(path: str) -> bool:
    """Whether a page is there at all."""
    return path in _paths()


def _paths() -> set[str]:
    found: set[str] | None = current_app.extensions.get("paths")
    if found is None:
        found = {rule.rule for rule in current_app.url_map.iter_rules() if "GET" in (rule.methods or ())}
        current_app.extensions["paths"] = found
    return found
