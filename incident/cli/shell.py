"""What the commands share: who acts, the house, and refusals as one sentence on standard error."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from flask import current_app
from sqlalchemy.exc import OperationalError, ProgrammingError

from incident import accounts, errors, i18n, privacy
from incident.lifecycle.common import House
from incident.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")
ACTOR = accounts.system("command-line")
LOCALE = "en"  # like the help texts; a terminal names no reader


def settings() -> Settings:
    """The settings in force."""
    found: Settings = current_app.extensions["settings"]
    return found


def house() -> House:
    """The house of the application."""
    found: House = current_app.extensions["house"]
    return found


def sentence(refused: errors.DomainError) -> str:
    """A refusal with its reasons, as one sentence in one line."""
    reasons = "; ".join(placed(each).rstrip(".") for each in refused.reasons)
    main = i18n.say(refused.reason, LOCALE)
    return f"{main.rstrip('.')}: {reasons}." if reasons else main


def placed(reason: errors.Reason) -> str:
    """A reason with its place before it."""
    place = ".".join(str(part) for part in reason.loc)
    text = i18n.say(reason, LOCALE)
    return f"{place}: {text}" if place else text


def tells(command: Callable[P, R]) -> Callable[P, R]:
    """A command whose refusals end it with a sentence and exit code 1."""

    @wraps(command)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except errors.DomainError as refused:
            raise click.ClickException(sentence(refused)) from None
        except privacy.KeysMissing as fault:
            raise click.ClickException(f"Personal data cannot be read: {fault}") from None
        except (OperationalError, ProgrammingError) as fault:
            raise click.ClickException(_database(fault)) from None

    return told


def _database(fault: OperationalError | ProgrammingError) -> str:
    first = str(fault.orig).strip().partition("\n")[0]
    if "no such table" in first or "does not exist" in first:
        return "The database is not prepared; run `flask --app app prepare` first."
    return f"The database does not answer: {first}."
