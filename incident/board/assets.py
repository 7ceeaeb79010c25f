"""Static files: an address that changes with the content, kept for a year, compressed once."""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request

YEAR = 31_536_000  # seconds
COMPRESSED = {"text/css", "text/javascript", "application/javascript", "image/svg+xml"}
HASH_LENGTH = 10


def install(app: Flask) -> None:
    """Add the content's hash to every static address, and answer those for good."""
    app.url_defaults(_with_hash)
    app.after_request(_kept)


def _with_hash(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint != "static" or "filename" not in values:
        return
    path = Path(str(current_app.static_folder)) / str(values["filename"])
    if path.is_file():
        values["v"] = _hash(str(path), path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _hash(path: str, _changed: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:HASH_LENGTH]


@lru_cache(maxsize=64)
def _packed(path: str, _changed: int) -> bytes:
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)


def _kept(response: Response) -> Response:
    if request.endpoint != "static" or response.status_code != 200:
        return response
    if "v" in request.args:
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.max_age = YEAR
        response.cache_control.immutable = True
    response.vary.add("Accept-Encoding")
    if response.mimetype in COMPRESSED and request.accept_encodings["gzip"]:
        path = Path(str(current_app.static_folder)) / (request.view_args or {})["filename"]
        response.close()  # the file that would have been sent as it is
        response.direct_passthrough = False
        response.set_data(_packed(str(path), path.stat().st_mtime_ns))
        response.content_encoding = "gzip"
    return response
