"""Socket Mode: connections the app opened; commands, interactions and events then go over them, not HTTP."""

import contextlib
import itertools
import json
import queue
import secrets
import socket
import socketserver
import threading
import uuid
from typing import Any

from incident.slack.sandbox import frames, identity

# Slack takes up to ten connections of one app.
MOST = 10


class Hub:
    """The connections of one process. It listens from the first `address` on, on this machine only."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: socketserver.ThreadingTCPServer | None = None
        self._tickets: set[str] = set()
        self._links: list[socket.socket] = []
        self._turn = itertools.count()
        self._waiting: dict[str, queue.Queue[Any]] = {}

    def address(self) -> str:
        """A fresh address for one connection, as apps.connections.open gives it."""
        ticket = secrets.token_hex(16)
        with self._lock:
            self._tickets.add(ticket)
            if self._server is None:
                self._server = _listen(self)
        port = self._server.server_address[1]
        return f"ws://127.0.0.1:{port}/link/?ticket={ticket}&app_id={identity.APP}"

    @property
    def connected(self) -> int:
        """How many connections are open."""
        return len(self._links)

    def ask(
        self, kind: str, payload: dict[str, Any], *, patience: float, attempt: int = 0, reason: str = ""
    ) -> tuple[bool, Any]:
        """Sends an envelope over one of the connections and waits: whether it was answered in time, and the
        payload of the answer."""
        envelope = str(uuid.uuid4())
        answers: queue.Queue[Any] = queue.Queue()
        self._waiting[envelope] = answers
        message = {
            "envelope_id": envelope,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            message |= {"retry_attempt": attempt, "retry_reason": reason}
        try:
            self._say(message)
            return True, answers.get(timeout=patience)
        except (queue.Empty, OSError, IndexError):
            return False, None
        finally:
            self._waiting.pop(envelope, None)

    def disconnect(self, reason: str) -> None:
        """Tells every connection why it ends ("refresh_requested", "link_disabled") and ends it; a "warning"
        is only told."""
        for link in list(self._links):
            if reason != "warning":
                self._forget(link)  # first: from now on nothing is sent to it
            with contextlib.suppress(OSError):
                _send(link, {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
                if reason != "warning":
                    link.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Ends every connection and listens no more."""
        self.disconnect("link_disabled")
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def serve(self, link: socket.socket) -> None:
        """One connection from its greeting to its end."""
        stream = link.makefile("rb")
        key = self._admit(stream.readline().decode("latin-1"), stream)
        if key is None:
            link.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        link.sendall(frames.greeting(key))
        with self._lock:
            self._links.append(link)
        told = {"app_id": identity.APP}
        _send(link, {"type": "hello", "num_connections": self.connected, "connection_info": told})
        try:
            while (message := frames.read(stream)) is not None and self._take(link, *message):
                pass
        finally:
            self._forget(link)

    def _forget(self, link: socket.socket) -> None:
        with self._lock, contextlib.suppress(ValueError):
            self._links.remove(link)

    def _admit(self, request: str, stream: Any) -> str | None:
        """The key of a request that has a ticket not used before."""
        key = None
        while (line := stream.readline().decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            if name.lower() == "sec-websocket-key":
                key = value.strip()
        ticket = request.partition("ticket=")[2].partition("&")[0].partition(" ")[0]
        with self._lock:
            known = ticket in self._tickets and len(self._links) < MOST
            self._tickets.discard(ticket)
        return key if known else None

    def _take(self, link: socket.socket, opcode: int, content: bytes) -> bool:
        """Whether the connection goes on after this message."""
        if opcode == frames.PING:
            link.sendall(frames.frame(frames.PONG, content))
        if opcode == frames.TEXT:
            with contextlib.suppress(ValueError):
                answer = json.loads(content)
                if waiting := self._waiting.get(answer.get("envelope_id", "")):
                    waiting.put(answer.get("payload"))
        return opcode != frames.CLOSE

    def _say(self, message: dict[str, Any]) -> None:
        links = list(self._links)
        _send(links[next(self._turn) % len(links) if links else 0], message)


def _send(link: socket.socket, message: dict[str, Any]) -> None:
    link.sendall(frames.frame(frames.TEXT, json.dumps(message, ensure_ascii=False).encode()))


def _listen(hub: Hub) -> socketserver.ThreadingTCPServer:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                hub.serve(self.request)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler, bind_and_activate=True)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.1,), name="sandbox-sockets", daemon=True).start()
    return server
