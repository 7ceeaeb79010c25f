"""The refusals of the domain: each carries a sentence for people, as a message id and its values.

The sentence is an English message id with named placeholders; the edges translate it for the reader
(`incident.i18n`), so that the domain stays free of the web framework and of a language.
"""

from dataclasses import dataclass, field
from typing import Any


def N_(message: str) -> str:
    """Mark a message id for the translation catalogue and return it unchanged."""
    return message


@dataclass(frozen=True)
class Reason:
    """One thing missing or wrong: `message % values`, where it is (`loc`), and a page that mends it."""

    message: str
    values: dict[str, Any] = field(default_factory=dict)
    loc: tuple[str | int, ...] = ()
    href: str | None = None

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


class DomainError(Exception):
    """A refusal with a sentence; `status` is the HTTP status that the web edges answer with."""

    status = 400
    title = N_("The request was refused")

    def __init__(self, message: str, *, reasons: list[Reason] | None = None, **values: Any) -> None:
        self.message = message
        self.values = values
        self.reasons = reasons or []
        super().__init__(str(self.reason))

    @property
    def reason(self) -> Reason:
        """The main sentence as a reason, for edges that translate both alike."""
        return Reason(self.message, self.values)


class Invalid(DomainError):
    """The data cannot be taken; `reasons` name each place."""

    status = 422
    title = N_("The data is not valid")


class Refused(DomainError):
    """The act is not possible in the present state; `reasons` list what is missing."""

    status = 409
    title = N_("Not possible now")


class Conflict(Refused):
    """Somebody else changed it first; the present state travels in the sentence."""

    title = N_("Somebody was faster")


class Stale(Conflict):
    """A text was changed since it was read; `current` is the present one and `yours` what was sent, so that
    neither is lost."""

    status = 412
    title = N_("Somebody else saved first")

    def __init__(self, message: str, *, current: dict[str, Any], yours: str, **values: Any) -> None:
        super().__init__(message, **values)
        self.current, self.yours = current, yours


class NeedsVersion(DomainError):
    """A change that could overwrite somebody else's must name the version it was made from."""

    status = 428
    title = N_("Name the version you changed")


class Forbidden(DomainError):
    """The actor may not do this; the sentence names who may."""

    status = 403
    title = N_("Not allowed")


class NotFound(DomainError):
    """There is no such thing, or the actor may not know of it."""

    status = 404
    title = N_("Not found")


class TooLarge(DomainError):
    """More was sent than is taken at once."""

    status = 413
    title = N_("Too large")


class Unauthenticated(DomainError):
    """Nobody is signed in, or the token is unknown, revoked or expired."""

    status = 401
    title = N_("Sign in first")
