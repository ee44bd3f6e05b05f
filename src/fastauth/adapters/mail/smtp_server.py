"""An SMTP server, as the settings name it."""

from dataclasses import dataclass, field
from enum import StrEnum


class Tls(StrEnum):
    """How the connection is encrypted. A value is the scheme of the URL; none of them is opportunistic."""

    IMPLICIT = "smtps"
    """From the first byte (RFC 8314)."""
    STARTTLS = "smtp+starttls"
    """By STARTTLS; without it nothing is sent."""
    NONE = "smtp"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where mails are handed over."""

    host: str
    port: int
    tls: Tls
    user: str | None = None
    password: str | None = field(default=None, repr=False)
