"""A file sent to a browser: always to be saved, never shown or run where our pages are."""

import io
from pathlib import Path

from flask import Response, send_file

from incident.vault import Attachment

# What a browser may be told a file is; of anything else it only learns that it is bytes.
PASSIVE = ("image/", "audio/", "video/", "application/pdf", "application/zip", "text/plain", "text/csv")


def send(found: Attachment) -> Response:
    """The answer; nobody in between keeps it."""
    passive = found.type.startswith(PASSIVE) and "svg" not in found.type
    source = found.content if isinstance(found.content, Path) else io.BytesIO(found.content)
    answer = send_file(
        source,
        mimetype=found.type if passive else "application/octet-stream",
        as_attachment=True,
        download_name=found.name,
        conditional=False,
        etag=False,
        max_age=0,
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "no-store"
    return answer
