"""Who may drive the workspace by hand: nobody from another machine, no page of another site."""

import urllib.parse

import flask

_LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})


def same_machine_and_site() -> None:
    """For the control API: loopback, not through a proxy, and not from another site's page (403)."""
    if flask.request.remote_addr not in _LOOPBACK or "X-Forwarded-For" in flask.request.headers:
        flask.abort(403)
    same_site()


def same_site() -> None:
    """Refuses (403) a request whose Origin is another site, and any write a browser marks as coming from
    one."""
    origin = flask.request.headers.get("Origin")
    if origin is not None and urllib.parse.urlsplit(origin).netloc != flask.request.host:
        flask.abort(403)
    if (
        flask.request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}
        and flask.request.method != "GET"
    ):
        flask.abort(403)
