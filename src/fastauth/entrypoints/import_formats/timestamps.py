"""Timestamps in imported files."""

import re
from datetime import UTC, datetime

MAX_SECONDS = 100_000_000_000
"""Seconds since 1970 in the year 5138. Larger numbers are milliseconds."""


def parse_time(text: str) -> datetime | None:
    """Parse ISO 8601, or seconds or milliseconds since 1970; return a time in UTC, if it has one."""
    try:
        if re.fullmatch(r"\d{9,13}(?:\.\d+)?", text):
            seconds = float(text)
            return datetime.fromtimestamp(seconds / 1000 if seconds > MAX_SECONDS else seconds, UTC)
        moment = datetime.fromisoformat(re.sub(r"([+-]\d\d)$", r"\1:00", text.replace("z", "+00:00")))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
