"""Every refusal of the API as `application/problem+json` (RFC 9457), in the language that was asked for."""

import json
import secrets
from typing import Any

import structlog
from flask import Response, current_app, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from incident import errors, i18n
from incident.errors import N_, DomainError, Reason
from incident.settings import Settings

log = structlog.get_logger(__name__)
MIME = "application/problem+json"
BUSY_SECONDS = 2  # what a caller is told to wait when the database cannot be reached


class Malformed(DomainError):
    """The bytes cannot be read as what they should be."""

    status = 400
    title = N_("The request cannot be read")


class NoSuchMethod(DomainError):
    """The address is there, but takes other methods; `allow` names them."""

    status = 405
    title = N_("Not possible here")

    def __init__(self, message: str, *, allow: list[str]) -> None:
        super().__init__(message, allow=", ".join(allow))
        self.allow = allow


class Unsupported(DomainError):
    """The content type is none that this address reads."""

    status = 415
    title = N_("This content type is not read here")


class TooFast(DomainError):
    """The token's rate is used up; `wait` is in seconds."""

    status = 429
    title = N_("Too many requests")

    def __init__(self, message: str, *, wait: int) -> None:
        super().__init__(message, seconds=wait)
        self.wait = wait


class Unavailable(DomainError):
    """The database does not answer at the moment."""

    status = 503
    title = N_("Not available at the moment")


class Broken(DomainError):
    """A fault of ours; only its reference is told."""

    status = 500
    title = N_("The service has a fault")


# The last part of a problem's `type`; an address under /problems/ explains each.
SLUGS: dict[type[DomainError], str] = {
    Malformed: "malformed",
    errors.Unauthenticated: "unauthenticated",
    errors.Forbidden: "forbidden",
    errors.NotFound: "not-found",
    NoSuchMethod: "method-not-allowed",
    errors.Refused: "refused",
    errors.Conflict: "conflict",
    errors.Stale: "stale",
    errors.NeedsVersion: "version-required",
    errors.TooLarge: "too-large",
    Unsupported: "unsupported-media-type",
    errors.Invalid: "invalid",
    TooFast: "too-many-requests",
    Broken: "internal",
    Unavailable: "unavailable",
}
RULE = ("rule", "version", "source")


def locale() -> str:
    """The language of the answer's sentences: Accept-Language, else the house's."""
    wanted = request.accept_languages.best_match(["zh-CN", "zh", "zh-Hans", "zh-TW", "zh-HK", "en"])
    if wanted:
        return "zh_CN" if wanted.startswith("zh") else "en"
    settings: Settings = current_app.extensions["settings"]
    return settings.default_locale


def body(fault: DomainError, language: str) -> dict[str, Any]:
    """A refusal as a problem document."""
    slug = next(SLUGS[kind] for kind in type(fault).__mro__ if kind in SLUGS)
    found: dict[str, Any] = {
        "type": f"/problems/{slug}",
        "title": i18n.say(fault.title, language),
        "status": fault.status,
        "detail": i18n.say(fault.reason, language),
        "instance": request.path,
    }
    if fault.reasons:
        found["errors"] = [entry(reason, language) for reason in fault.reasons]
    if isinstance(fault, errors.Stale):
        found |= {"current": fault.current, "yours": fault.yours}
    return found


def entry(reason: Reason, language: str) -> dict[str, Any]:
    """One entry of `errors`: the place, the sentence, and the page that mends it where there is one."""
    found: dict[str, Any] = {"loc": list(reason.loc), "msg": i18n.say(reason, language)}
    if reason.href:
        found["href"] = _address(reason.href)
    if {"rule", "source"} <= reason.values.keys():  # a rule forbids it: named for machines too
        found |= {name: str(reason.values[name]) for name in RULE if name in reason.values}
    return found


def _address(href: str) -> str:
    number = (request.view_args or {}).get("number")
    return f"/incidents/{str(number).upper()}{href}" if href.startswith("#") and number else href


def refuse(fault: DomainError) -> Response:
    """The answer to a refused request."""
    language = locale()
    answer = as_json(body(fault, language), fault.status, mime=MIME)
    answer.headers["Content-Language"] = language.replace("_", "-")
    answer.headers["Cache-Control"] = "no-store"
    if isinstance(fault, errors.Unauthenticated):
        answer.headers["WWW-Authenticate"] = 'Bearer realm="incident"'
    if isinstance(fault, TooFast):
        answer.headers["Retry-After"] = str(fault.wait)
    if isinstance(fault, Unavailable):
        answer.headers["Retry-After"] = str(BUSY_SECONDS)
    if isinstance(fault, NoSuchMethod):
        answer.headers["Allow"] = ", ".join(fault.allow)
    return answer


def as_json(content: Any, status: int, *, mime: str = "application/json") -> Response:
    """JSON in UTF-8; a lone surrogate that a sender smuggled into a name becomes a question mark."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(text.encode("utf-8", "replace"), status, mimetype=mime)


def from_http(fault: HTTPException) -> Response:
    """What the framework itself refused."""
    if fault.code == 413:
        return refuse(errors.TooLarge(N_("The body is too large.")))
    if fault.code == 404:
        return refuse(errors.NotFound(N_("There is no such address.")))
    return refuse(Malformed(N_("The request cannot be read.")))


def from_database(fault: OperationalError) -> Response:
    """The database cannot be reached, or a lock did not come in time: nothing was changed."""
    log.error("api.database", kind=type(fault.orig).__name__, path=request.path)
    return refuse(
        Unavailable(N_("The database does not answer; nothing was changed. Try again in a moment."))
    )


def from_fault(fault: Exception) -> Response:
    """The last handler: what happened goes to the log under a reference, and nothing of it to the caller."""
    reference = secrets.token_hex(6)
    log.error("api.fault", reference=reference, path=request.path, exc_info=fault)
    language = locale()
    sentence = Broken(N_("Nothing was changed. Name the reference %(reference)s to the operators."))
    sentence.values = {"reference": reference}
    return as_json({**body(sentence, language), "reference": reference}, 500, mime=MIME)
