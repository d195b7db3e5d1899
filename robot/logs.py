"""Logging: one event a line, a name and its fields; JSON, or coloured on a terminal.

Names are `noun.verb` in the past tense. Secrets are never passed to a logger; `_strike` is the
second fence.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_NAMES = frozenset(
    {
        "access_token",
        "application_token",
        "auth",
        "auth_id",
        "body",
        "client_secret",
        "code",
        "event_token",
        "refresh_id",
        "refresh_token",
        "secrets",
        "token",
    }
)
_STRUCK = "[secret]"


def _strike(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Strike out the value of every field that is named like a secret."""
    for name in event:
        if name.lower() in _SECRET_NAMES:
            event[name] = _STRUCK
    return event


def _printable(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """What could command a terminal is not passed on to it; JSON escapes it by itself."""
    for name, value in event.items():
        if isinstance(value, str) and not value.isprintable():
            event[name] = "".join(char if char.isprintable() else " " for char in value)
    return event


def configure_logs(*, level: int = logging.INFO) -> None:
    """Send our events and those of the libraries to stderr, in one form."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _strike,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # Both log each URL at INFO; ours carry no secret, but an incoming webhook's address is one.
    for name in ("httpx2", "httpcore2", "alembic", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _renderers() -> list[Any]:
    if sys.stderr.isatty():
        return [
            _printable,
            # The default prints local variables with a traceback, and so tokens.
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
        ]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def get_logger() -> structlog.stdlib.BoundLogger:
    """The logger that every module uses: `log = get_logger()`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("linkrobot")
    return logger
