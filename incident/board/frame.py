"""What every page stands in: language, session, forms, headers, the strip of notices, refusals."""

import re
import zlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask_babel import Babel, Domain
from flask_babel import gettext as _
from flask_login import LoginManager
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from incident import clock, errors, i18n, notices
from incident.board import access, assets, plan_view, rail, times
from incident.db import db, remembered
from incident.errors import N_, DomainError, Reason
from incident.models.people import Person
from incident.permissions import Permission
from incident.settings import Settings
from incident.vocabulary import Level, Stage

SIGNED_IN_FOR = timedelta(hours=12)  # since the last request: a shift with its handover
COOKIE_YEAR = 365 * 86_400  # seconds that the choice of language and theme is kept for people signed out
LANGUAGES = {"zh_CN": "zh-CN", "en": "en"}
THEMES = ("auto", "light", "dark")
CSP = (
    "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; object-src 'none'; "
    "frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
UNSAID = {"csrf_token", "password", "password_again", "version", "seen"}  # never shown back to the typist
# how a notice's key begins → the page for it, and what a reader needs to open it
DECIDED_AT: dict[str, tuple[str, Permission]] = {
    "surge/": ("/groups", Permission.INCIDENTS_READ),
    "deliveries": ("/admin/deliveries", Permission.DELIVERIES_RETRY),
    "slack": ("/admin/slack", Permission.ACCOUNTS_MANAGE),
    "duty": ("/duty", Permission.INCIDENTS_READ),
    "calendar": ("/admin/calendar", Permission.ACCOUNTS_MANAGE),
    "webhook": ("/admin/webhooks", Permission.ACCOUNTS_MANAGE),
}
HOUSEKEEPING = ("calendar", "webhook")  # told to those who can mend it: for others it is noise
PROVEN = ("/api/", "/slack/")  # a bearer token or Slack's signature stands for the form token
csrf = CSRFProtect()
babel = Babel()
sign_ins = LoginManager()


def init_app(app: Flask, settings: Settings) -> None:
    """Join the frame to an application that has its `settings` and `house` in `extensions`."""
    app.config.update(
        SESSION_COOKIE_NAME="incident_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=SIGNED_IN_FOR,
        WTF_CSRF_CHECK_DEFAULT=False,  # `_protect` asks where nothing else proves the sender
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form left open through a long call still works
        WTF_CSRF_SSL_STRICT=False,  # the Referer is hidden by some proxies; the token decides
    )
    csrf.init_app(app)
    babel.init_app(app, locale_selector=locale, timezone_selector=lambda: str(times.zone()))
    # Babel calls zh_CN zh_Hans_CN and would look for that folder; the domain's sentences know where it is
    domain = Domain()
    domain.get_translations = lambda: i18n.catalogue(locale())
    babel.domain_instance = domain
    sign_ins.init_app(app)
    sign_ins.user_loader(_signed_in)
    assets.install(app)
    app.before_request(_protect)
    app.after_request(_headers)
    app.register_error_handler(DomainError, refusal)
    app.register_error_handler(HTTPException, _http_error)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(GLOBALS)
    app.jinja_env.filters.update(rev=rev, zone=times.local)


def _protect() -> None:
    if request.path.startswith(PROVEN):
        return
    largest = getattr(current_app.view_functions.get(request.endpoint or ""), "largest", None)
    if largest and access.me():  # before the form's token is read, and with it the whole body
        request.max_content_length = largest
    csrf.protect()


def _signed_in(cookie: str) -> Person | None:
    id_, _dot, epoch = cookie.partition(".")
    person = db.session.get(Person, int(id_)) if id_.isdigit() else None
    return person if person and person.active and str(person.session_epoch) == epoch else None


def locale() -> str:
    """The reader's language: the person's choice, else the cookie, else the browser, else the house's."""
    found: str | None = g.get("locale")
    if found is None:
        found = g.locale = _locale()
    return found


def _locale() -> str:
    person = access.me()
    for chosen in (person.locale if person else None, request.cookies.get("lang")):
        if chosen in LANGUAGES:
            return chosen
    wanted = request.accept_languages.best_match(["zh-CN", "zh", "zh-Hans", "zh-TW", "zh-HK", "en"])
    if wanted:
        return "zh_CN" if wanted.startswith("zh") else "en"
    house: Settings = current_app.extensions["settings"]
    return house.default_locale


def theme() -> str:
    """`auto`, `light` or `dark`: the person's choice, else the cookie's."""
    person = access.me()
    chosen = person.theme if person else request.cookies.get("theme")
    return chosen if chosen in THEMES else "auto"


def words(kind: str, code: Any) -> str:
    """The words for a code in the reader's language (kinds: see `incident.i18n`; and `actor`).

    A page asks for the same few hundreds of times, so they are kept for the length of a request.
    """
    kept: dict[tuple[str, str], str] = g.setdefault("words", {})
    wanted = (kind, str(code))
    if wanted not in kept:
        kept[wanted] = str(_("The service")) if kind == "actor" else i18n.words(*wanted, locale())
    return kept[wanted]


def icon_url() -> str:
    """The address of the sprite that icons are taken from."""
    if "icons" not in g:
        g.icons = url_for("static", filename="icons.svg")
    return str(g.icons)


def say(message: str | Reason, **values: Any) -> str:
    """A sentence of the domain in the reader's language; moments among its values in the reader's zone."""
    text, given = (message.message, message.values) if isinstance(message, Reason) else (message, values)
    return i18n.say(text, locale(), **{name: times.spoken(value) for name, value in given.items()})


def pick(text: Any) -> str:
    """A text that stands in both languages, in the reader's: a dict, or anything with `zh` and `en`."""
    key = i18n.short(locale())
    return str(text[key] if isinstance(text, Mapping) else getattr(text, key))


def strip() -> list[dict[str, Any]]:
    """What the whole room must know, as sentences."""

    def read() -> list[tuple[str, dict[str, Any], Any, str]]:
        return [(each.message, dict(each.values), each.since, each.key) for each in notices.current()]

    found = remembered("board/notices", read) if access.me() else []
    found = sorted(found, key=lambda each: each[3].startswith(HOUSEKEEPING))  # what can wait comes last
    return [
        {"text": say(message, **values), "since": since, "href": href}
        for message, values, since, key in found
        if (href := _mended(key)) or not key.startswith(HOUSEKEEPING)
    ]


def _mended(key: str) -> str:
    """The page where the reader decides on what a notice says, or nothing."""
    paths = (page for start, page in DECIDED_AT.items() if key.startswith(start))
    return next((path for path, needed in paths if access.can(needed)), "")


_UNSTEADY = re.compile(r'(<time[^>]*>)[^<]*(?=</time>)|(name="csrf_token" value=")[^"]*|(data-gone=")\d*')


def rev(html: object) -> str:
    """A short digest of markup without what changes by itself: relative times and form tokens."""
    steady = _UNSTEADY.sub(lambda found: found.group(1) or found.group(2) or found.group(3) or "", str(html))
    return digest(steady)


def news(tag: str, draw: Callable[[], str]) -> Response:
    """What a page asks for again and again: drawn where it has changed, else 304."""
    unchanged = request.if_none_match.contains(tag)
    response = make_response("", HTTPStatus.NOT_MODIFIED) if unchanged else make_response(draw())
    response.set_etag(tag)
    return response


def digest(*parts: object) -> str:
    """A short digest that says whether something is still the same."""
    return format(zlib.crc32(repr(parts).encode()), "x")


GLOBALS: dict[str, Any] = {
    "P": Permission,
    "STAGES": list(Stage),
    "LEVELS": list(Level),
    "LANGUAGES": {"zh_CN": "中文", "en": "English"},
    "me": access.me,
    "can": access.can,
    "locale": locale,
    "language": lambda: LANGUAGES[locale()],
    "theme": theme,
    "words": words,
    "say": say,
    "pick": pick,
    "comma": lambda: i18n.comma(locale()),
    "rail": rail.pages,
    "strip": strip,
    "exists": rail.exists,
    "now": clock.now,
    "times": times,
    "due_words": plan_view.due_words,
    "asked_act": plan_view.asked_act,
    "icon_url": icon_url,
}


def _headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    settings: Settings = current_app.extensions["settings"]
    if settings.url.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-cache, private")
    return response


def is_htmx() -> bool:
    """Whether the page's script asks, and wants a fragment."""
    return request.headers.get("HX-Request") == "true"


def refusal(fault: DomainError) -> AnyResponse:
    """A refused act: the sentence and what is missing, as a page or as a fragment; signed out: sign in."""
    if isinstance(fault, errors.Unauthenticated) and access.me() is None:
        return _to_sign_in()
    return said(say(fault.title), say(fault.reason), fault.reasons, status=fault.status)


def _to_sign_in() -> AnyResponse:
    there = request.full_path.rstrip("?") if request.method == "GET" else (request.referrer and "/") or "/"
    address = url_for("auth.sign_in", next=there if there != "/" else None)
    if is_htmx() or request.headers.get("X-Poll"):
        return make_response("", HTTPStatus.UNAUTHORIZED, {"HX-Redirect": address})
    return redirect(address, HTTPStatus.SEE_OTHER)


def said(
    title: str, sentence: str, reasons: list[Reason] | None = None, *, status: int, **more: Any
) -> AnyResponse:
    """The page (or, for the page's script, the fragment) that says why something was not done."""
    template = "partials/refusal.html" if is_htmx() else "error.html"
    typed = [] if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else _typed()  # that one was never read
    page = render_template(
        template, title=title, sentence=sentence, reasons=reasons or [], typed=typed, status=status, **more
    )
    return make_response(page, status)


def _typed() -> list[str]:
    """What somebody had typed, so that nothing is lost with a refused form."""
    return [text for name, text in request.form.items() if name not in UNSAID and len(text.strip()) > 12]


_SAID: dict[int, tuple[str, str]] = {
    403: (N_("Not allowed"), N_("Your role does not allow this page.")),
    404: (N_("Not found"), N_("There is no such page. It may have moved, or the address is mistyped.")),
    405: (N_("Not possible"), N_("This address takes no such request.")),
    413: (N_("Too large"), N_("What was sent is too large.")),
    429: (N_("Too fast"), N_("Too many requests in a short time; wait a moment and try again.")),
    500: (N_("It did not work"), N_("Nothing was changed. The fault is in the log; try again in a moment.")),
}


def _http_error(fault: HTTPException) -> AnyResponse:
    if isinstance(fault, CSRFError):
        return said(
            _("The form was out of date"),
            _("Nothing was changed. Open the page again and send the form once more."),
            status=HTTPStatus.BAD_REQUEST,
        )
    status = fault.code or 500
    if status < 400:
        return make_response(fault.get_response())
    title, sentence = _SAID.get(status, (N_("Not possible"), N_("The request could not be understood.")))
    return said(_(title), _(sentence), status=status)
