"""Slack's end of Socket Mode: opens connections when asked, sends envelopes and keeps the answers."""

import base64
import hashlib
import http.server
import json
import queue
import socket
import struct
import threading

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455


class Wire:
    """An address for `apps.connections.open`, and the WebSockets it hands out."""

    def __init__(self):
        self.links, self.answers, self.opened = [], queue.Queue(), 0
        wire = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                wire.opened += 1
                body = json.dumps({"ok": True, "url": f"ws://127.0.0.1:{wire.port}/link"}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                key = self.headers["Sec-WebSocket-Key"]
                accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
                self.send_response(101)
                for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade")):
                    self.send_header(name, value)
                self.send_header("Sec-WebSocket-Accept", accept)
                self.end_headers()
                self.wfile.flush()
                wire.links.append(self.connection)
                self.close_connection = True
                wire._listen(self.connection)

            def log_message(self, *_ignored):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        self.cut()
        self._server.shutdown()
        self._server.server_close()

    def send(self, envelope, *, link=-1):
        """One envelope over a connection, as a text frame."""
        body = json.dumps(envelope).encode()
        head = struct.pack("!BBH", 0x81, 126, len(body)) if len(body) > 125 else bytes((0x81, len(body)))
        self.links[link].sendall(head + body)

    def cut(self):
        """Every connection is gone, as when a cable is pulled."""
        for link in self.links:
            try:
                link.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self.links.clear()

    def _listen(self, link):
        reading = link.makefile("rb")
        try:
            while head := reading.read(2):
                size = head[1] & 0x7F
                if size == 126:
                    (size,) = struct.unpack("!H", reading.read(2))
                mask, body = reading.read(4), reading.read(size)
                text = bytes(each ^ mask[position % 4] for position, each in enumerate(body))
                if head[0] & 0x0F == 1:
                    self.answers.put(json.loads(text))
                elif head[0] & 0x0F == 9:  # a ping is answered, or the client gives the connection up
                    link.sendall(bytes((0x8A, len(text))) + text)
        except OSError:
            return
