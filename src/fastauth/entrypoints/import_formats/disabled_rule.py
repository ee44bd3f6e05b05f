"""How a column says whether an account is disabled."""

from enum import Enum, auto


class DisabledRule(Enum):
    """How a column says whether an account is disabled."""

    ACTIVE = auto()
    """A boolean: false disables."""
    DISABLED = auto()
    """A boolean: true disables."""
    ACTIVE_SINCE = auto()
    """A time: an empty or future one disables."""
    DISABLED_SINCE = auto()
    """A time: any disables."""
    ACTIVE_UNTIL = auto()
    """A time: a past one disables."""
    DISABLED_UNTIL = auto()
    """A time: a future one disables."""
    STATUS = auto()
    """A word such as ``active`` or ``banned``."""
    UNCLEAR = auto()
    """The meaning is ambiguous: only values that disable in no reading are accepted."""
