"""The web pages: every module of this folder that offers a blueprint as `bp` is joined to the application."""

import pkgutil
from importlib import import_module

from flask import Flask

from incident.settings import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """Join the frame and every page; `app.extensions` has `settings` and `house` by then."""
    import_module("incident.board.frame").init_app(app, settings)
    for found in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        module = import_module(f"{__name__}.{found.name}")
        if hasattr(module, "bp"):
            app.register_blueprint(module.bp)
