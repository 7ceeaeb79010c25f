"""Which WSGI server: the same application, one process, sixteen threads, under each of three servers."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from bench import cases, load, service
from bench.service import ROOT, Service

THREADS = 16
SERVERS = {
    "waitress": [
        "-m",
        "waitress",
        f"--threads={THREADS}",
        "--listen=127.0.0.1:{port}",
        "--call",
        "app:web",
    ],
    "gunicorn gthread": [
        "-m",
        "gunicorn",
        "app:web()",
        "--worker-class=gthread",
        f"--threads={THREADS}",
        "--keep-alive=30",
        "--bind=127.0.0.1:{port}",
    ],
    "granian": [
        "-m",
        "granian",
        "app:web",
        "--factory",
        "--interface=wsgi",
        f"--blocking-threads={THREADS}",
        "--host=127.0.0.1",
        "--port={port}",
    ],
}


@contextlib.contextmanager
def _served(words: list[str], prepared: Service) -> Iterator[Service]:
    port = service.free_port()
    environment = {**prepared.environment, "PORT": str(port)}
    command = [sys.executable, *(word.format(port=port) for word in words)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        service.wait_until_answering(port)
        yield Service(port, prepared.folder, environment, [process], 0.0)
    finally:
        process.terminate()
        process.wait(timeout=30)


def compare(*, count: int = 400) -> dict[str, Any]:
    """Openings at 8 clients and the board's page at 8 clients, under each server; web only, no sender."""
    found: dict[str, Any] = {}
    with service.sqlite() as prepared:
        token = prepared.token("complaints:write")
        cases.session(prepared)
        for process in prepared.processes:
            process.terminate()
            process.wait(timeout=30)
        for name, words in SERVERS.items():
            with _served(words, prepared) as running:
                headers = cases.session(running)
                load.run(running.port, cases.complaints(token, 40), clients=4)
                page = (load.request("GET", "/", headers=headers) for _ in range(count))
                found[name] = {
                    "opening": load.run(running.port, cases.complaints(token, count), clients=8).summary(),
                    "board": load.run(running.port, page, clients=8).summary(),
                    "memory": {"mib": round(running.memory_mib(), 1)},
                }
    return found
