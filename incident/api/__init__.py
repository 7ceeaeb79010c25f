"""The HTTP API: the table of calls joined to the application, with its document and its refusals."""

from functools import partial

from flask import Blueprint, Flask, current_app, redirect, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import NotFound as NoRoute
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from incident import errors
from incident.api import caller, document, door, problems
from incident.api.registry import CALLS, RowId
from incident.errors import N_, DomainError
from incident.settings import Settings

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def init_app(app: Flask, settings: Settings) -> None:
    """Join the API; `app.extensions` has `settings` and `house` by then."""
    caller.init_app(app, settings)
    app.url_map.converters["row"] = RowId
    bp = Blueprint("api", __name__, url_prefix="/api")
    for each in CALLS:  # filled by the modules that `document` imports
        bp.add_url_rule(f"/v1{each.rule}", each.name, partial(door.serve, each), methods=[each.method])
    bp.add_url_rule("/openapi.json", "openapi", document.openapi)
    bp.add_url_rule("/docs", "docs", document.page)
    bp.add_url_rule("/", "root", lambda: redirect("/api/docs"))
    bp.add_url_rule("/<path:rest>", "nowhere", _nowhere, methods=METHODS)
    bp.register_error_handler(DomainError, problems.refuse)
    bp.register_error_handler(HTTPException, problems.from_http)
    bp.register_error_handler(OperationalError, problems.from_database)
    bp.register_error_handler(Exception, problems.from_fault)
    app.register_blueprint(bp)
    app.add_url_rule("/problems/<slug>", "problem", document.problem)


def _nowhere(rest: str) -> AnyResponse:
    """What no call takes: 405 where another method would, else 404; a catch-all, so that the answer is a
    problem document and not a page."""
    allow = [method for method in METHODS if _taken(method)]
    if allow:
        raise problems.NoSuchMethod(N_("This address takes %(allow)s."), allow=allow)
    raise errors.NotFound(N_("There is no such address."))


def _taken(method: str) -> bool:
    adapter = current_app.url_map.bind_to_environ(request.environ)
    try:
        endpoint, _values = adapter.match(request.path, method)
    except (NoRoute, RequestRedirect):
        return False
    return bool(endpoint != "api.nowhere")
