"""`flask slack`: the app's manifest, and whether Slack and this service understand each other."""

import json

import click
from flask import Flask
from flask.cli import AppGroup

from incident import clock
from incident.cli import serve, shell
from incident.i18n import say
from incident.slack import inspecting, manifest, sockets

slack = AppGroup("slack", help="The app in Slack.")


def register(app: Flask) -> None:
    """Add the group."""
    app.cli.add_command(slack)


@slack.command("manifest")
@click.option(
    "--socket/--http",
    "socket",
    default=None,
    help="For Socket Mode or for HTTP; default Socket Mode where SLACK_APP_TOKEN is set.",
)
@shell.tells
def print_manifest(socket: bool | None) -> None:
    """Print the manifest to paste at api.slack.com/apps (JSON)."""
    settings = shell.settings()
    if socket is None:
        socket = bool(settings.slack_app_token.get_secret_value())
    if not socket and not settings.url.startswith("https://"):
        click.echo(f"Slack calls https addresses only; BASE_URL is {settings.url}.", err=True)
    click.echo(json.dumps(manifest.build(settings, socket=socket), indent=2, ensure_ascii=False))


@slack.command("socket")
@click.option(
    "--connections",
    type=click.IntRange(1, sockets.MOST),
    default=sockets.CONNECTIONS,
    show_default=True,
    help="Connections to Slack.",
)
@shell.tells
def socket(connections: int) -> None:
    """Take what Slack sends by Socket Mode (SLACK_APP_TOKEN); any number of these processes may run."""
    settings = shell.settings()
    if not settings.slack_app_token.get_secret_value():
        raise click.ClickException("Socket Mode needs SLACK_APP_TOKEN, an app-level token (xapp-…).")
    running = sockets.Sockets(serve.this_app(), settings, connections=connections)
    stopped = serve.until_stopped()
    running.start()
    stopped.wait()
    running.stop()


@slack.command("check")
@shell.tells
def check() -> None:
    """Look at token, scopes, response channel, signing and both directions; say what to mend."""
    faults = 0
    for finding in inspecting.inspect(shell.settings(), at=clock.now()):
        mark = "ok   " if finding.well else "FAULT"
        click.echo(f"{mark} {say(finding.what, shell.LOCALE)}: {say(finding.found, shell.LOCALE)}")
        if finding.to_do is not None:
            click.echo(f"      → {say(finding.to_do, shell.LOCALE)}")
        faults += not finding.well
    if faults:
        raise click.ClickException(f"{faults} things are to be mended.")
