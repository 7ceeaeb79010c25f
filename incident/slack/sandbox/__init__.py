"""A Slack workspace in a box: strict Web API, signed requests to the app, pages to be anybody in. Needs
no real Slack."""

from incident.slack.sandbox.app import create_sandbox
from incident.slack.sandbox.personas import Persona
from incident.slack.sandbox.workspace import Hint, Shortcut

__all__ = ["Hint", "Persona", "Shortcut", "create_sandbox"]
