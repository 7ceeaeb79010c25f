"""A small OpenID Connect provider over HTTP, with real signatures: what a bank's own sign-in looks like."""

import base64
import hashlib
import http.server
import json
import secrets
import threading
import time
import urllib.parse
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "incident", "the secret of the service"


class Provider:
    """Serves one client; `claims` are what it says of whoever signs in, `spoil` what is wrong with it."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {"sub": "17", "email": "zhao@demo.example", "email_verified": True}
        self.more: dict[str, Any] = {}
        self.spoil: dict[str, Any] = {}
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self._codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, _mark, query = self.path.partition("?")
                provider.answer(self, path, dict(urllib.parse.parse_qsl(query)))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.answer(self, self.path, dict(urllib.parse.parse_qsl(body)))

            def log_message(self, *_: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self) -> None:
        """Be down."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def settings(self) -> dict[str, str]:
        """What the service is set to."""
        return {
            "oidc_issuer": self.issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": CLIENT_SECRET,
        }

    def answer(self, request: http.server.BaseHTTPRequestHandler, path: str, given: dict[str, str]) -> None:
        """One request: discovery, keys, authorization, token, userinfo."""
        if path == "/.well-known/openid-configuration":
            _json(request, self._metadata())
        elif path == "/keys":
            _json(request, {"keys": [self.key.as_dict(private=False)]})
        elif path == "/authorize":
            self._authorize(request, given)
        elif path == "/token":
            self._token(request, given)
        elif path == "/userinfo":
            _json(request, {"sub": self.claims["sub"], **self.more})
        else:
            request.send_error(404)

    def _metadata(self) -> dict[str, Any]:
        found = {
            "issuer": self.spoil.get("issuer", self.issuer),
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        if not self.spoil.get("no sign-out"):
            found["end_session_endpoint"] = f"{self.issuer}/leave"
        return found

    def _authorize(self, request: http.server.BaseHTTPRequestHandler, given: dict[str, str]) -> None:
        assert given["client_id"] == CLIENT_ID and given["response_type"] == "code"
        assert given["code_challenge_method"] == "S256" and "openid" in given["scope"].split()
        back = {"state": given["state"]}
        if "error" in self.spoil:
            back["error"] = self.spoil["error"]
        else:
            back["code"] = secrets.token_urlsafe(12)
            self._codes[back["code"]] = given
        request.send_response(302)
        request.send_header("Location", f"{given['redirect_uri']}?{urllib.parse.urlencode(back)}")
        request.end_headers()

    def _token(self, request: http.server.BaseHTTPRequestHandler, given: dict[str, str]) -> None:
        basic = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
        asked = self._codes.pop(given["code"], None)
        challenge = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        fits = asked is not None and (
            urllib.parse.unquote_plus(basic) == f"{CLIENT_ID}:{CLIENT_SECRET}"
            and asked["redirect_uri"] == given["redirect_uri"]
            and asked["code_challenge"] == base64.urlsafe_b64encode(challenge).decode().rstrip("=")
        )
        if asked is None or not fits or self.spoil.get("code expired"):
            _json(request, {"error": "invalid_grant"}, status=400)
            return
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        }
        claims |= self.claims | self.spoil.get("claims", {})
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.spoil.get("key", self.key))
        _json(request, {"access_token": "x", "token_type": "Bearer", "id_token": signed, "expires_in": 300})


def _json(request: http.server.BaseHTTPRequestHandler, value: Any, status: int = 200) -> None:
    body = json.dumps(value).encode()
    request.send_response(status)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)
