"""Counts for a monitoring system."""

from typing import Protocol


class Metrics(Protocol):
    """What counts outcomes, such as a wrapper around a Prometheus counter with two labels.

    It is called from several threads.
    """

    def count(self, subject: str, outcome: str) -> None:
        """Count one outcome.

        Args:
            subject: `token`, `keys` or `feed`.
            outcome: For `token`: `accepted`, `accepted_while_stale`, or the name of the error class.
                For `keys` and `feed`: `ok` or `failed`.
        """
        ...


class NoMetrics:
    """Counts nothing."""

    def count(self, subject: str, outcome: str) -> None:
        """See `Metrics`."""
