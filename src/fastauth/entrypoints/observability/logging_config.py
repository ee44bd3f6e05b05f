"""Logging to standard error: JSON in production mode, readable lines in development mode.

fastauth logs structlog events. Libraries such as uvicorn and SQLAlchemy use `logging`, whose records are
rendered by the same processors.
"""

import logging
import sys
from typing import TYPE_CHECKING, Any

import structlog
from structlog.stdlib import ProcessorFormatter

from fastauth.entrypoints.observability.log_values import escaped, format_traceback_without_values
from fastauth.entrypoints.settings import Mode

if TYPE_CHECKING:
    from structlog.typing import Processor


def configuration(mode: Mode) -> dict[str, Any]:
    """Return the argument of `logging.config.dictConfig`. Each worker process applies it."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": "fastauth.entrypoints.observability.logging_config.set_up", "mode": mode}
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}
        },
        "loggers": {"fastauth": {"level": "INFO"}, "uvicorn": {"level": "INFO"}},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
    }


def set_up(mode: Mode) -> ProcessorFormatter:
    """Configure structlog, and return a formatter that renders records of `logging` in the same form.

    structlog writes to standard error itself: a line through `logging` costs more than twice as much.
    """
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(format_traceback_without_values),
    ]
    renderers: list[Processor] = (
        [structlog.processors.JSONRenderer()]
        if mode is Mode.PRODUCTION
        else [escaped, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), sort_keys=False)]
    )
    structlog.configure(
        processors=[*common, *renderers],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    return ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *common],
        processors=[ProcessorFormatter.remove_processors_meta, *renderers],
    )


def set_up_unless_configured(mode: Mode) -> None:
    """Configure structlog if the application is run by another command than ``fastauth serve``.

    structlog's default shows the local variables of tracebacks, including passwords.
    """
    if not structlog.is_configured():
        set_up(mode)
