"""Parse ``FASTAUTH_MAIL_URL`` and ``FASTAUTH_MAIL_FROM``."""

import re
from email.errors import HeaderParseError
from email.headerregistry import Address
from urllib.parse import unquote, urlsplit

from fastauth.adapters.mail.smtp_server import SmtpServer, Tls
from fastauth.entrypoints.settings import hosts

PORTS = {Tls.IMPLICIT: 465, Tls.STARTTLS: 587, Tls.NONE: 25}
_NOT_A_URL = "must be a URL such as smtps://user:password@smtp.example.com:465"
_NOT_AN_ADDRESS = "must be an address such as fastauth@example.com, or Name <fastauth@example.com>"
_ADDR_SPEC = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}"
"""Of RFC 5321 what every server accepts: no quotes, no comments, no letters beyond ASCII."""
_SENDER = re.compile(
    rf'(?:"?(?P<name>[^"<>@,;:]{{1,100}}?)"?\s*)?<(?P<named>{_ADDR_SPEC})>|(?P<bare>{_ADDR_SPEC})'
)


def parse_mail_url(value: object) -> SmtpServer | None:
    """Return the server of a URL. Without a port it is the usual one of the scheme.

    Raises:
        ValueError: It is not a URL of an SMTP server.
    """
    if value is None or isinstance(value, SmtpServer):
        return value
    text = str(value)
    if not text:  # compose files pass an unset variable as an empty string
        return None
    schemes = " or ".join(f"{each}://" for each in Tls)
    try:
        url = urlsplit(text)
        tls = Tls(url.scheme)
    except ValueError:
        raise ValueError(f"must begin with {schemes}") from None
    if (
        url.path not in {"", "/"}
        or "?" in text
        or "#" in text
        or (url.username is None) != (url.password is None)
    ):
        raise ValueError(f"{_NOT_A_URL}; write other characters in user and password as %40, %23 and so on")
    try:
        host, port = hosts.host(url.hostname or ""), url.port
    except ValueError:
        raise ValueError(_NOT_A_URL) from None
    if port == 0 or url.netloc.endswith(":"):
        raise ValueError(_NOT_A_URL)
    user, password = (unquote(each) if each else None for each in (url.username, url.password))
    return SmtpServer(host=host, port=port or PORTS[tls], tls=tls, user=user, password=password)


def parse_sender(value: object) -> Address | None:
    """Return the address of a ``From`` header (RFC 5322, section 3.4), with or without a display name.

    Raises:
        ValueError: It is not one address, or its local part or domain is not ASCII.
    """
    if value is None or isinstance(value, Address):
        return value
    if not str(value):
        return None
    found = _SENDER.fullmatch(str(value))
    if not found:
        raise ValueError(_NOT_AN_ADDRESS)
    try:
        return Address(found["name"] or "", addr_spec=found["named"] or found["bare"])
    except (ValueError, HeaderParseError):  # two dots in a row, for example
        raise ValueError(_NOT_AN_ADDRESS) from None
