"""Where log lines go and what they look like: JSON in production, something for people in development.

What fastauth says of a request is a structlog event. What others say, uvicorn and SQLAlchemy for
instance, comes by way of `logging` and is rendered by the same processors.
"""

import logging
import sys
from traceback import format_tb
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from fastauth.entrypoints.settings import Mode


def configuration(mode: Mode) -> dict[str, Any]:
    """Return what `logging.config.dictConfig` takes; each worker process applies it anew."""
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
    """Have structlog write its events, and return what formats everybody else's alike.

    structlog writes by itself: a line by way of `logging` costs more than twice as much.
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
    """Have structlog write its events as ever, where the application is run by some other command.

    What it does by itself is to show the local variables of a traceback: passwords, for instance.
    """
    if not structlog.is_configured():
        set_up(mode)


def format_traceback_without_values(exc_info: ExcInfo) -> str:
    """Return where an error came from. Its text stays behind: it may quote what was sent."""
    chain = []
    link: BaseException | None = exc_info[1]
    while link:
        chain.append(f"{type(link).__name__}\n{''.join(format_tb(link.__traceback__))}")
        link = link.__cause__ or link.__context__
    return "caused by ".join(chain)


def escaped(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Escape the characters that would begin a line or command a terminal.

    A JSON string escapes them by itself. The traceback keeps its lines, since nobody sent them.
    """
    for key, value in event.items():
        if isinstance(value, str) and key != "exception" and not value.isprintable():
            event[key] = "".join(
                each if each.isprintable() else each.encode("unicode_escape").decode() for each in value
            )
    return event
