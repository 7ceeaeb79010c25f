"""The composition root: joins settings, database, edges, Slack and the sandbox into one application."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import Rule

from incident import api, board, cli, health, i18n, logs, models, privacy
from incident import db as database
from incident.errors import N_
from incident.lifecycle.common import House
from incident.settings import ROOT, Settings, SettingsError
from incident.slack import http as slack_http
from incident.slack import registry, sandbox
from incident.slack.sandbox import Shortcut
from incident.vault import Vault

__all__ = ["create_app", "models"]

BODY_LARGEST = 17 * 1024 * 1024  # bulk imports are 16 MiB; each edge sets its own smaller limit


class LateRule(Rule):
    """A rule that compiles what builds its address when an address is first built: most rules are never
    asked for one by a process, and compiling all of them was most of the time to build the application."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        made: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            if not made:
                made.append(super(LateRule, self)._compile_builder(append_unknown))
            return made[0](rule, **values)

        return build


class Service(Flask):
    """A Flask application that starts quickly."""

    url_rule_class = LateRule


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application; a real start with wrong settings ends here and names every fault at once."""
    settings = settings or _settings()
    logs.configure(settings)
    i18n.compile_catalogues()
    app = Service("incident", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.config.update(
        SECRET_KEY=settings.session_key,
        MAX_CONTENT_LENGTH=BODY_LARGEST,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations"),
        BABEL_DEFAULT_LOCALE=settings.default_locale,
    )
    app.extensions["settings"] = settings
    app.extensions["house"] = House(settings.zone, settings.rule_set)
    app.extensions["vault"] = Vault(settings.evidence_dir)
    privacy.use_keys(settings.personal_data_keys)
    database.init_app(app, settings)
    Migrate(app, database.db, directory=str(ROOT / "migrations"), render_as_batch=True)
    board.init_app(app, settings)
    api.init_app(app, settings)
    health.init_app(app)
    slack_http.init_app(app, settings)
    cli.init_app(app)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    if settings.sandboxed:
        mount_sandbox(app, settings)
    return app


def web() -> Flask:
    """The application as a web process of many serves it."""
    app = create_app()
    cli.serve.settle()
    return app


def _settings() -> Settings:
    try:
        return Settings.load()
    except SettingsError as faults:
        raise SystemExit(f"The settings are wrong:\n{faults}") from None


def mount_sandbox(app: Flask, settings: Settings) -> None:
    """Put the workspace in a box under /sandbox; there is none where a real token is set."""
    from incident.demo import touring

    box = sandbox.create_sandbox(
        database=settings.var_dir / "sandbox.db",
        events_url=f"http://{settings.host}:{settings.port}/slack/events",
        rate_limits=settings.slack_rate_limits,
        people=sandbox_people(),
        app_scopes=registry.scopes(),
        subscriptions=tuple(registry.EVENTS),
        shortcuts=[
            Shortcut(kind=each.kind, callback_id=each.callback_id, name=each.name)
            for each in registry.SHORTCUTS.values()
        ],
        hints=command_hints,
        tour=touring.Tour(app.app_context, app.extensions["house"], settings.url).steps(),
    )
    app.extensions["sandbox"] = box
    mounted: Any = DispatcherMiddleware(app.wsgi_app, {"/sandbox": box})
    app.wsgi_app = mounted  # type: ignore[method-assign]


def command_hints(language: str) -> list[sandbox.Hint]:
    """The words of `/incident` in "zh" or "en", for the sandbox's composer to offer while one is typed."""
    locale = "zh_CN" if language == "zh" else "en"
    alone = sandbox.Hint(
        typed=registry.COMMAND,
        shown=registry.COMMAND,
        does=i18n.say(N_("What can be done at this place, as a menu."), locale),
    )
    words = [
        sandbox.Hint(
            typed=f"{registry.COMMAND} {each.zh[0] if language == 'zh' else each.name}",
            shown=each.usage(locale),
            does=i18n.say(each.help, locale),
        )
        for each in registry.WORDS.values()
    ]
    return [alone, *words]


def sandbox_people() -> list[sandbox.Persona]:
    """The demo people as the sandbox's members."""
    from incident import demo

    return [
        sandbox.Persona(
            id=each.slack_id,
            name=each.email.split("@")[0],
            real_name=each.name,
            email=each.email,
            locale=each.slack_locale,
            title=each.department,
        )
        for each in demo.PEOPLE
    ]
