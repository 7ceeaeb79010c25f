"""What single settings must be: each value is given back, or refused with a ValueError that says why."""

from typing import TypeVar
from urllib.parse import urlsplit

from limits import parse
from limits.errors import ConfigurationError
from limits.storage import storage_from_string
from pydantic import SecretStr

Secrets = TypeVar("Secrets", SecretStr, list[SecretStr])


def http(value: str) -> str:
    """An http or https address; empty passes."""
    if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc):
        raise ValueError(f"not an http(s) address: {value!r}")
    return value


def apprise(value: Secrets) -> Secrets:
    """One address or several that Apprise can read; empty ones pass."""
    urls = [each.get_secret_value() for each in (value if isinstance(value, list) else [value])]
    for position, url in enumerate(filter(None, urls), start=1):
        import apprise as library  # takes half a second to load, and most houses start without any

        if library.Apprise.instantiate(url) is None:  # not shown: it may hold a password
            raise ValueError(f"Apprise cannot read address {position}; write it like mailto://…")
    return value


def rate(value: str) -> str:
    """So many in a time, as `100/second`."""
    try:
        parse(value)
    except ValueError as fault:
        raise ValueError(f"cannot be read as a rate: {value!r}; write it like 100/second") from fault
    return value


def storage(value: str) -> str:
    """Where rates can be counted: a storage there is, with its library installed."""
    try:
        storage_from_string(value)
    except ConfigurationError as fault:
        raise ValueError(f"cannot be used: {fault}") from fault
    return value
