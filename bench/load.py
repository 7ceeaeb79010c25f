"""A load generator that costs little: one thread, non-blocking keep-alive connections, exact latencies."""

import selectors
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass
class Result:
    """What was measured: seconds of each answer, its status, and the whole time."""

    seconds: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    elapsed: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.elapsed if self.elapsed else 0.0

    def quantile(self, share: float) -> float:
        """The latency in milliseconds below which a share of the answers lies."""
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000 if ordered else 0.0

    def summary(self) -> dict[str, float | int]:
        """Rate, p50, p95, p99 (ms) and how many answers were not 2xx/304."""
        return {
            "requests": len(self.seconds),
            "per_second": round(self.rate, 1),
            "p50_ms": round(self.quantile(0.5), 2),
            "p95_ms": round(self.quantile(0.95), 2),
            "p99_ms": round(self.quantile(0.99), 2),
            "failed": sum(1 for status in self.statuses if not (200 <= status < 300 or status == 304)),
        }


def request(method: str, path: str, *, headers: dict[str, str], body: bytes = b"") -> bytes:
    """One HTTP/1.1 request as bytes."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: bench",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class _Connection:
    """One client: sends the next request as soon as the answer to the last is whole."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.socket = self._open()
        self.buffer = b""
        self.started = 0.0

    def _open(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self._port))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def send(self, data: bytes) -> None:
        self.buffer, self.started = b"", time.perf_counter()
        self.socket.sendall(data)

    def answer(self) -> tuple[int, bool] | None:
        """(status, whether the server closes) once the answer is whole."""
        chunk = self.socket.recv(262_144)
        self.buffer += chunk
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            if not chunk:
                raise ConnectionError("the server closed before answering")
            return None
        status = int(head.split(b" ", 2)[1])
        lower = head.lower()
        marker = lower.find(b"content-length:")
        if marker >= 0:
            length = int(lower[marker + 15 :].split(b"\r\n", 1)[0])
            whole = len(body) >= length
        elif b"transfer-encoding: chunked" in lower:
            whole = body.endswith(b"0\r\n\r\n")
        else:
            whole = status == 304 or not chunk
        return (status, b"connection: close" in lower or not chunk) if whole else None

    def reopen(self) -> None:
        self.socket.close()
        self.socket = self._open()


def run(
    port: int, requests: Iterator[bytes], *, clients: int, on_answer: Callable[[], None] = lambda: None
) -> Result:
    """Send every request over `clients` connections, each one after another; closed loop."""
    result = Result()
    selector = selectors.DefaultSelector()
    begun = time.perf_counter()
    for _ in range(clients):
        connection = _Connection(port)
        data = next(requests, None)
        if data is None:
            break
        connection.send(data)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    while selector.get_map():
        for key, _events in selector.select(timeout=60):
            _step(selector, key.data, requests, result, on_answer)
    result.elapsed = time.perf_counter() - begun
    return result


def _step(
    selector: selectors.BaseSelector,
    connection: _Connection,
    requests: Iterator[bytes],
    result: Result,
    on_answer: Callable[[], None],
) -> None:
    answered = connection.answer()
    if answered is None:
        return
    status, closes = answered
    result.seconds.append(time.perf_counter() - connection.started)
    result.statuses.append(status)
    on_answer()
    selector.unregister(connection.socket)
    data = next(requests, None)
    if data is None:
        connection.socket.close()
        return
    if closes:
        connection.reopen()
    connection.send(data)
    selector.register(connection.socket, selectors.EVENT_READ, connection)
