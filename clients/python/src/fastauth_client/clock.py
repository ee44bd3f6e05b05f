"""Time."""

import time
from typing import Protocol


class Clock(Protocol):
    """Returns the time."""

    def time(self) -> float:
        """Return seconds since 1970, to compare with the claims of tokens."""
        ...

    def monotonic(self) -> float:
        """Return seconds since any moment, never less than before."""
        ...


class SystemClock:
    """The clock of the machine."""

    def time(self) -> float:
        """See `Clock`."""
        return time.time()

    def monotonic(self) -> float:
        """See `Clock`."""
        return time.monotonic()
