"""Signing in with the organisation's own accounts: OpenID Connect, authorization code flow with PKCE.

The provider says who somebody is; what they may do is this service's own: nobody gets an account by signing
in there. The local password stays, for the day the provider is down.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import structlog
from flask import Blueprint, current_app, redirect, request, session, url_for
from werkzeug.wrappers import Response

from incident import clock, errors, signing_in
from incident.board import access, auth
from incident.board.access import open_to_all
from incident.db import unit_of_work
from incident.errors import N_, DomainError
from incident.models.people import Person
from incident.settings import Settings

log = structlog.get_logger(__name__)
bp = Blueprint("single_sign_on", __name__)
TIMEOUT_SECONDS = 10.0
NEXT = "after_sign_in"


class ProviderTrouble(DomainError):
    """The provider cannot be asked, or what it says cannot be trusted."""

    status = HTTPStatus.BAD_GATEWAY


@bp.get("/sign-in/organisation")
@open_to_all
def ask() -> Response | tuple[str, int]:
    """Send the browser to the provider."""
    wanted = auth.safe_next(request.args.get("next"))
    if access.me() is not None:
        return redirect(wanted, HTTPStatus.SEE_OTHER)
    settings: Settings = current_app.extensions["settings"]
    back = settings.url + url_for("single_sign_on.back")
    try:
        answer: Response = _asked(lambda client: client.authorize_redirect(back))
    except ProviderTrouble as fault:
        return auth.refused(fault)
    session[NEXT] = wanted
    return answer


@bp.get("/sign-in/organisation/back")
@open_to_all
def back() -> Response | tuple[str, int]:
    """The provider sends the browser back here; whoever it vouches for and has an account is let in."""
    wanted = auth.safe_next(session.get(NEXT))
    try:
        address = _address(_claims())
    except DomainError as fault:
        return auth.refused(fault)
    found = _let_in(address)
    if isinstance(found, DomainError):
        return auth.refused(found)
    auth.begin(found)
    session[auth.VOUCHED] = True
    return redirect(wanted, HTTPStatus.SEE_OTHER)


def _let_in(address: str) -> Person | errors.Unauthenticated:
    with unit_of_work():
        try:
            return signing_in.by_vouching(address, at=clock.now())
        except errors.Unauthenticated as fault:
            return fault  # it is on record, so the transaction ends well


@bp.get("/sign-in/organisation/leave")
@open_to_all
def leave() -> Response | tuple[str, int]:
    """End the session at the provider as well, where it offers that (OpenID Connect RP-Initiated Logout)."""
    settings: Settings = current_app.extensions["settings"]
    try:
        ends = str(_asked(lambda client: client.load_server_metadata()).get("end_session_endpoint", ""))
    except ProviderTrouble as fault:
        return auth.refused(fault)
    if not ends.startswith(("https://", "http://")):
        return auth.refused(
            errors.Refused(N_("The provider offers no sign-out here; close the browser, or sign out there."))
        )
    here = {"client_id": settings.oidc_client_id, "post_logout_redirect_uri": settings.url + "/sign-in"}
    return redirect(f"{ends}{'&' if '?' in ends else '?'}{urlencode(here)}", HTTPStatus.SEE_OTHER)


def _claims() -> dict[str, Any]:
    if request.args.get("error") == "access_denied":
        raise errors.Unauthenticated(N_("The sign-in was cancelled, or your organisation refused it."))
    token = _asked(lambda client: client.authorize_access_token())
    claims: dict[str, Any] = dict(token.get("userinfo") or {})
    if not claims:
        raise ProviderTrouble(N_("The provider of your organisation's accounts did not say who you are."))
    if "email" not in claims:  # some say it only when asked once more
        more = dict(_asked(lambda client: client.userinfo(token=token)))
        if more.get("sub") == claims.get("sub"):  # OpenID Connect Core §5.3.2: else it is about somebody else
            claims = {**more, **claims}
    return claims


def _address(claims: dict[str, Any]) -> str:
    """The address that the provider vouches for. One it says is not verified anybody could have typed; where
    it says nothing, as a directory of employees does, its addresses are the organisation's own."""
    address = claims.get("email")
    if not isinstance(address, str) or "@" not in address or claims.get("email_verified") is False:
        raise errors.Unauthenticated(
            N_("Your organisation's account has no confirmed e-mail address; ask whoever looks after it.")
        )
    return address


def _asked(call: Callable[[Any], Any]) -> Any:
    """What the provider answers; whatever may go wrong on the way is one trouble with one sentence."""
    from authlib.integrations.base_client import MismatchingStateError, OAuthError
    from joserfc.errors import JoseError
    from requests import RequestException

    try:
        return call(_client())
    except MismatchingStateError:
        raise errors.Unauthenticated(
            N_("This sign-in was begun elsewhere or too long ago; begin again.")
        ) from None
    except (OAuthError, JoseError, RequestException, RuntimeError, ValueError, KeyError) as fault:
        log.warning("sign_in.provider_trouble", kind=type(fault).__name__, about=str(fault)[:200])
        raise ProviderTrouble(
            N_("The sign-in with your organisation's account failed; try again, or use your password here.")
        ) from fault


def _client() -> Any:
    """The provider as the settings name it; raises NotFound where they name none."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.oidc_issuer:
        raise errors.NotFound(N_("There is no such address."))
    known = current_app.extensions.get("oidc")
    if known is None:  # two requests at once make two, and one of them stays
        from authlib.integrations.flask_client import OAuth

        known = current_app.extensions["oidc"] = OAuth(current_app).register(  # type: ignore[no-untyped-call]
            "organisation",
            server_metadata_url=settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            client_kwargs={
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "default_timeout": TIMEOUT_SECONDS,
            },
        )
    said = str(known.load_server_metadata().get("issuer", ""))
    if said.rstrip("/") != settings.oidc_issuer.rstrip("/"):  # OpenID Connect Discovery §4.3
        raise ValueError(f"the issuer calls itself {said!r}")
    return known
