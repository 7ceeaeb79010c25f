"""The command line: every command under `flask --app app`, registered on the application."""

from flask import Flask

from incident.cli import complaints, operations, people, playbooks, prepare, serve, slack
from incident.triage import cli as triage

__all__ = ["init_app"]

MODULES = (serve, prepare, complaints, playbooks, people, operations, slack, triage)


def init_app(app: Flask) -> None:
    """Register the commands."""
    for module in MODULES:
        module.register(app)
