"""Log lines: structured, on standard error, and without anything that looks personal."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from incident import privacy
from incident.settings import Settings

# Libraries that would log request bodies or a line for every beat.
QUIET = {
    "slack_bolt": logging.ERROR,
    "apscheduler": logging.WARNING,
    "alembic": logging.WARNING,
    "werkzeug": logging.WARNING,
    "waitress.queue": logging.ERROR,
}


def _redacted(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = privacy.redact(value)
    return event


def configure(settings: Settings) -> None:
    """Set up logging for this process."""
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redacted,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=renderer))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)
