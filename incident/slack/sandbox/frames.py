"""The few parts of WebSocket (RFC 6455) that Socket Mode needs, seen from the server."""

import base64
import hashlib
import struct
from typing import BinaryIO

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_LARGEST = 16 * 1024 * 1024


def greeting(key: str) -> bytes:
    """The answer that turns an HTTP request with this key into a WebSocket."""
    digest = hashlib.sha1((key + _GUID).encode(), usedforsecurity=False).digest()
    head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    return f"{head}Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}\r\n\r\n".encode()


def frame(opcode: int, content: bytes) -> bytes:
    """One whole frame, unmasked, as servers send it."""
    size = len(content)
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, size)
    elif size < 65_536:
        head = struct.pack("!BBH", 0x80 | opcode, 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 127, size)
    return head + content


def read(stream: BinaryIO) -> tuple[int, bytes] | None:
    """The next message (its fragments joined) as opcode and content; None at the end of the connection."""
    opcode, content = 0, b""
    while True:
        head = stream.read(2)
        if len(head) < 2:
            return None
        size = _size(stream, head[1] & 0x7F)
        if size + len(content) > _LARGEST:
            return None
        mask = stream.read(4) if head[1] & 0x80 else b"\0\0\0\0"
        part = bytes(byte ^ mask[place % 4] for place, byte in enumerate(stream.read(size)))
        if head[0] & 0x08:  # control frames come between fragments and are whole
            return head[0] & 0x0F, part
        opcode, content = opcode or head[0] & 0x0F, content + part
        if head[0] & 0x80:
            return opcode, content


def _size(stream: BinaryIO, short: int) -> int:
    if short < 126:
        return short
    return int.from_bytes(stream.read(2 if short == 126 else 8), "big")
