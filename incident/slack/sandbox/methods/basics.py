"""api.test, auth.test, apps.connections.open, team.info, usergroups.list: who am I and where."""

import json
from typing import Any

from incident.slack.sandbox import calls, identity, refusals


@calls.answers("api.test")
def api_test(call: calls.Call) -> dict[str, Any]:
    """Echoes its arguments; `error` makes it fail with that code."""
    if error := call.text("error"):
        raise refusals.Refusal(error, args=call.args)
    return {"args": call.args}


@calls.answers("auth.test")
def auth_test(call: calls.Call) -> dict[str, Any]:
    """Who the token is."""
    return {
        "url": f"https://{identity.DOMAIN}.slack.com/",
        "team": identity.TEAM_NAME,
        "user": "incident",
        "team_id": identity.TEAM,
        "user_id": identity.BOT_USER,
        "bot_id": identity.BOT,
        "is_enterprise_install": False,
    }


@calls.answers("apps.connections.open")
def apps_connections_open(call: calls.Call) -> dict[str, Any]:
    """An address for one connection of Socket Mode."""
    return {"url": call.workspace.hub.address()}


@calls.answers("team.info")
def team_info(call: calls.Call) -> dict[str, Any]:
    """The workspace."""
    if call.text("team") not in {"", identity.TEAM}:
        raise refusals.Refusal("team_not_found")
    name = identity.TEAM_NAME
    return {
        "team": {"id": identity.TEAM, "name": name, "domain": identity.DOMAIN, "email_domain": "", "icon": {}}
    }


@calls.answers("usergroups.list")
def usergroups_list(call: calls.Call) -> dict[str, Any]:
    """The user groups; with their people when asked."""
    groups = []
    for row in call.db.execute("SELECT * FROM usergroups ORDER BY handle"):
        people = json.loads(row["people"])
        group: dict[str, Any] = {
            "id": row["id"],
            "team_id": identity.TEAM,
            "is_usergroup": True,
            "name": row["name"],
            "handle": row["handle"],
            "description": "",
            "date_delete": 0,
        }
        if call.flag("include_users"):
            group["users"] = people
        if call.flag("include_count"):
            group["user_count"] = len(people)
        groups.append(group)
    return {"usergroups": groups}
