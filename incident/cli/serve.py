"""`serve` runs everything in one process; `web`, `scheduler` and `delivery` run its parts in many."""

import ctypes
import gc
import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

import click
import structlog
import waitress
from flask import Flask, current_app

from incident import accounts, clock, demo, pulse
from incident.alerting.delivery import Courtesy, Sender
from incident.alerting.fallback import FallbackChannel
from incident.cli.prepare import prepare
from incident.cli.traffic import Pauses, Traffic
from incident.db import after_commit, is_sqlite, unit_of_work
from incident.settings import ROOT, Settings
from incident.slack import sockets
from incident.slack.channel import SlackChannel
from incident.webhooks import sending as webhooks

log = structlog.get_logger(__name__)
BACKLOG = 1024  # connections the kernel holds while all threads are busy
POLITE = 10  # niceness of the delivery process: on a full machine complaints are still taken first
M_ARENA_MAX, HEAPS = -8, 2  # mallopt(3)
BODY_BUFFER = 1_048_576  # bytes of a request kept in memory before a temporary file is used


def register(app: Flask) -> None:
    """Add the commands to `flask`."""
    for command in (serve, web, scheduler, delivery):
        app.cli.add_command(command)


def sender(app: Flask, settings: Settings, *, courtesy: Courtesy = lambda _took: None) -> Sender:
    """The outbox sender of this process, joined to Slack and to the fallback."""
    fallback = FallbackChannel(settings)
    return Sender(app, SlackChannel(settings), settings=settings, fallback=fallback, courtesy=courtesy)


def this_app() -> Flask:
    """The application itself, for threads that outlive the command's context."""
    found: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return found


def spare_memory() -> None:
    """Let threads share two heaps of the C library: it gives each thread its own, and what one has freed no
    other can use. Measured after a hundred openings, 20 MiB less. Other C libraries have no such setting."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, HEAPS)


def settle() -> None:
    """Take what was made at the start out of the garbage collector, and make its rounds rarer: measured, an
    opening costs a tenth less processor time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def until_stopped() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stopped = threading.Event()

    def _stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    return stopped


@click.command()
@click.option("--host", help="Address to listen on; default HOST or 127.0.0.1.")
@click.option("--port", type=int, help="Port to listen on; default PORT or 8000.")
@click.option(
    "--demo/--no-demo", "with_demo", default=True, help="Make the demo on the first start in the sandbox."
)
def serve(host: str | None, port: int | None, with_demo: bool) -> None:
    """Serve web, scheduler, delivery and the Slack sandbox in one process."""
    app = this_app()
    settings: Settings = app.extensions["settings"]
    if (host or settings.host, port or settings.port) != (settings.host, settings.port):
        # the sandbox and the links need the address in force: start again with it in the settings
        environment = {**os.environ, "HOST": host or settings.host, "PORT": str(port or settings.port)}  # noqa: TID251
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)  # noqa: S606
    spare_memory()
    prepare(app)
    if with_demo and settings.sandboxed and accounts.nobody_yet():
        with unit_of_work():
            demo.load(at=clock.now(), house=app.extensions["house"])
    _serve(app, settings)


def _serve(app: Flask, settings: Settings) -> None:
    traffic = Traffic(app)
    server: Any = waitress.create_server(
        traffic,
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        backlog=BACKLOG,
        inbuf_overflow=BODY_BUFFER,
        ident=None,
        clear_untrusted_proxy_headers=True,
    )
    sending = sender(app, settings, courtesy=traffic.give_way)
    telling = webhooks.Sender(app, settings)
    beating = pulse.Runner(app, settings, woken=sending.wake)
    wakes = (sending.wake, telling.wake)
    after_commit.extend(wakes)
    stopped = until_stopped()
    serving = threading.Thread(target=server.run, name="web", daemon=True)
    serving.start()
    sending.start(alone=is_sqlite())
    telling.start()
    beating.start()
    speaking = _speaking(app, settings)
    settle()
    _greet(settings)
    stopped.wait()
    if speaking is not None:
        speaking.stop()
    beating.stop()
    sending.stop()
    telling.stop()
    for wake in wakes:
        after_commit.remove(wake)
    server.close()


def _speaking(app: Flask, settings: Settings) -> sockets.Sockets | None:
    """Socket Mode, where an app-level token is set."""
    if not settings.slack_app_token.get_secret_value():
        return None
    running = sockets.Sockets(app, settings)
    running.start()
    return running


def _greet(settings: Settings) -> None:
    lines = [f"Incident board   {settings.url}/"]
    if settings.sandboxed:
        lines.append(f"Slack sandbox    {settings.url}/sandbox/")
        if demo.loaded():
            lines.append("Sign in as       zhao@demo.example (commander), li@demo.example (responder),")
            lines.append("                 yang@demo.example and qin@demo.example (managers),")
            lines.append("                 shen@demo.example (supervision), admin@demo.example")
            lines.append(f"Password         {demo.PASSWORD}")
    lines.append("Stop with Ctrl-C")
    click.echo("\n".join(lines))


@click.command()
@click.option("--workers", type=int, default=2, show_default=True, help="Web processes.")
@click.option("--threads", type=int, help="Threads of each; default THREADS.")
def web(workers: int, threads: int | None) -> None:
    """Serve the web and the API with gunicorn in several processes (PostgreSQL)."""
    settings: Settings = this_app().extensions["settings"]
    if is_sqlite() and workers > 1:
        raise click.ClickException("Several web processes need PostgreSQL; set DATABASE_URL, or use `serve`.")
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "app:web()",
        "--worker-class=gthread",
        f"--workers={workers}",
        f"--threads={threads or settings.threads}",
        f"--bind={settings.host}:{settings.port}",
        f"--backlog={BACKLOG}",
        "--keep-alive=30",
        "--graceful-timeout=10",
        f"--chdir={ROOT}",
    ]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter with our own arguments


@click.command()
def scheduler() -> None:
    """Run the scheduler; of several, one leads and another takes over when it dies."""
    app = this_app()
    runner = pulse.Runner(app, app.extensions["settings"])
    stopped = until_stopped()
    runner.start()
    stopped.wait()
    runner.stop()


@click.command()
def delivery() -> None:
    """Send the outbox: to Slack, and by the fallback where Slack does not deliver; and the webhooks."""
    app = this_app()
    os.nice(POLITE)
    sending = sender(app, app.extensions["settings"], courtesy=Pauses().rest)
    telling = webhooks.Sender(app, app.extensions["settings"])
    stopped = until_stopped()
    sending.start()
    telling.start()
    stopped.wait()
    telling.stop()
    sending.stop()
