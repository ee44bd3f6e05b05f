"""Where log lines go and what they look like."""

from typing import Any

CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}
    },
    "loggers": {
        "fastauth": {"level": "INFO"},
        "uvicorn": {"level": "INFO"},
    },
    "root": {"level": "WARNING", "handlers": ["stderr"]},
}
"""For `logging.config.dictConfig`; each worker process applies it anew."""
