"""The Standard Webhooks signature: HMAC-SHA256 over id, time and body; standardwebhooks.com."""

import base64
import binascii
import hmac
import secrets
from datetime import datetime

PREFIX = "whsec_"
SECRET_BYTES = 32  # the scheme asks for 24 to 64


def new_secret() -> str:
    """A signing secret as the scheme writes it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(secret: str, *, key: str, at: datetime, body: bytes) -> str:
    """`v1,<base64>`; raises ValueError for a secret that is none."""
    try:
        raw = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as fault:
        raise ValueError("not a webhook secret") from fault
    said = f"{key}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(raw, said, "sha256")).decode()


def headers(secret: str, *, key: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a message; `key` stays the same when it is sent again."""
    return {
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature(secret, key=key, at=at, body=body),
    }
