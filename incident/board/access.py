"""Who may open a page: every view says it, with `@needs(...)` or `@open_to_all`; verbs ask again."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import g
from flask_login import current_user

from incident import accounts, errors
from incident.accounts import Actor
from incident.errors import N_
from incident.models.people import Person
from incident.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])
OPEN = "open"  # the mark of a view that anybody may open


def me() -> Person | None:
    """Whoever is signed in, or nobody."""
    return cast(Person, current_user) if current_user and current_user.is_authenticated else None


def actor() -> Actor:
    """The signed-in person as an actor; raises Unauthenticated."""
    found: Actor | None = g.get("actor")
    if found is None:
        person = me()
        if person is None:
            raise errors.Unauthenticated(N_("Sign in to see this page."))
        found = g.actor = accounts.actor(person)
    return found


def can(permission: Permission | str) -> bool:
    """Whether the reader may; templates hide what they may not."""
    return me() is not None and actor().can(Permission(permission))


def needs(*permissions: Permission) -> Callable[[View], View]:
    """A view for signed-in people with every one of these permissions; with none, for anybody signed in."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **values: Any) -> Any:
            by = actor()
            for permission in permissions:
                by.must(permission)
            return view(*args, **values)

        guarded.access = permissions  # type: ignore[attr-defined]
        return cast(View, guarded)

    return decorate


def takes(largest: int) -> Callable[[View], View]:
    """A view whose body may hold so many bytes from somebody signed in; others keep to the house's limit."""

    def decorate(view: View) -> View:
        view.largest = largest  # type: ignore[attr-defined]
        return view

    return decorate


def open_to_all(view: View) -> View:
    """A view that anybody may open, signed in or not."""
    view.access = OPEN  # type: ignore[attr-defined]
    return view
