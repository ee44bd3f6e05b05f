"""How a handler of the outbox reports that it could not do its work."""

from datetime import timedelta


class DeliveryFailed(Exception):
    """An entry was not delivered.

    ``reason`` is one line for logs and operators. It has no address, no token and no text of a mail.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class PermanentFailure(DeliveryFailed):
    """Another attempt would fail in the same way: the entry is closed as refused."""


class TemporaryFailure(DeliveryFailed):
    """Another attempt may succeed: the entry is due again later."""


class Postponed(Exception):
    """An entry was not tried: the budget of the whole service is spent. It is due again after `after`."""

    def __init__(self, *, after: timedelta) -> None:
        self.after = after
        super().__init__()
