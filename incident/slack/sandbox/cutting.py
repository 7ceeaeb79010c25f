"""Cutting a connection without an answer, for the faults in which the network dies."""

import socket
from collections.abc import Mapping
from typing import Any

import flask

# Where servers leave the client's socket: werkzeug's own server and gunicorn do.
_SOCKETS = ("werkzeug.socket", "gunicorn.socket")
_PROMISED = 4096


def cut(environ: Mapping[str, Any]) -> flask.Response:
    """Shuts the client's socket. Where the server hides it (waitress), promises more bytes than are sent:
    the server
    then closes the connection in the middle of the answer, which no client takes for one."""
    for name in _SOCKETS:
        held = environ.get(name)
        if isinstance(held, socket.socket):
            held.shutdown(socket.SHUT_RDWR)
    response = flask.Response(b"{", mimetype="application/json")
    response.automatically_set_content_length = False
    response.headers["Content-Length"] = str(_PROMISED)
    return response
