"""A mail."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The text of a mail. Both bodies have the link of the mail, so that no repr shows them."""

    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A mail that a `MailTransport` sends."""

    to: str = field(repr=False)
    """The address of one recipient, which was validated before it was stored."""
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    message_id: str
    """The ``Message-ID`` without angle brackets. Each attempt to deliver one entry of the outbox has the
    same, so that a duplicate is recognisable."""
    language: str
    """A tag of BCP 47, for example ``de``."""
