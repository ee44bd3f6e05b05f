"""When an account is erased that is closed now, for pages that ask first."""

from datetime import datetime

from fastauth.entrypoints.container import Container


def erase_at_if_closed_now(container: Container) -> datetime | None:
    """Return when the account is erased; ``None`` if that happens at once."""
    delay = container.erasure_terms().delay
    return container.clock().now() + delay if delay else None
