"""The app's manifest for Slack, from the same tables that the handlers are registered by."""

from typing import Any

from incident.settings import Settings
from incident.slack import registry

EVENTS_PATH = "/slack/events"
APP_NAME = "Incident coordination"
DESCRIPTION = "Emergencies from complaints: alerts, channels, tasks and clocks · 应急事件协同"
BACKGROUND = "#7a271a"
# docs.slack.dev/reference/app-manifest: the longest name, description and hint of a command
HINT_LONGEST = 100


def build(settings: Settings, *, socket: bool) -> dict[str, Any]:
    """The manifest as an object for JSON; `socket` asks for Socket Mode, which needs no address of ours."""
    address = {} if socket else {"url": f"{settings.url}{EVENTS_PATH}"}
    request = {} if socket else {"request_url": f"{settings.url}{EVENTS_PATH}"}
    return {
        "_metadata": {"major_version": 2, "minor_version": 0},
        "display_information": {
            "name": APP_NAME,
            "description": DESCRIPTION,
            "background_color": BACKGROUND,
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "incident", "always_online": True},
            "slash_commands": [
                {
                    "command": registry.COMMAND,
                    "description": registry.COMMAND_HELP,
                    "usage_hint": _hint(),
                    "should_escape": True,
                    **address,
                }
            ],
            **_shortcuts(),
        },
        "oauth_config": {"scopes": {"bot": list(registry.scopes())}},
        "settings": {
            "event_subscriptions": {**request, "bot_events": sorted(registry.EVENTS)},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
    }


def _hint() -> str:
    """As many of the words as there is room for."""
    words = ""
    for name in registry.WORDS:
        longer = f"{words}|{name}" if words else name
        if len(longer) + len("[|…]") > HINT_LONGEST:
            return f"[{words}|…]"
        words = longer
    return f"[{words}]"


def _shortcuts() -> dict[str, Any]:
    rows = [
        {
            "name": each.name,
            "type": each.kind,
            "callback_id": each.callback_id,
            "description": each.description,
        }
        for each in registry.SHORTCUTS.values()
    ]
    return {"shortcuts": rows} if rows else {}
