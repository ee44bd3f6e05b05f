"""Log tracebacks and values without what a client sent, or with it escaped."""

from traceback import format_tb

from structlog.typing import EventDict, ExcInfo, WrappedLogger

from fastauth.entrypoints.text import escape_control_characters


def format_traceback_without_values(exc_info: ExcInfo) -> str:
    """Return the traceback of an error without its message, which may quote sent values."""
    chain = []
    link: BaseException | None = exc_info[1]
    while link:
        chain.append(f"{type(link).__name__}\n{''.join(format_tb(link.__traceback__))}")
        link = link.__cause__ or link.__context__
    return "caused by ".join(chain)


def escaped(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Escape control characters in the values of an event, in development mode.

    JSON escapes them itself. A traceback keeps its line breaks: it has no sent values.
    """
    for key, value in event.items():
        if isinstance(value, str) and key != "exception" and not value.isprintable():
            event[key] = escape_control_characters(value)
    return event
