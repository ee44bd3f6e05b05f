"""The recipient of a mail, in the content of its entry of the outbox."""

from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.domain.outbox.message import OutboxEntry


def addressed_to(address: EmailAddress) -> dict[str, str]:
    """Return the part of a content that `recipient_of` reads."""
    return {"to": address.text, "to_key": address.key}


def recipient_of(entry: OutboxEntry) -> EmailAddress:
    """Return the address to which a mail was addressed when it was queued."""
    return EmailAddress(entry.content["to"], entry.content["to_key"])
