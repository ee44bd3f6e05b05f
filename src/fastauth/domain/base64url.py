"""base64url without padding (RFC 4648, section 5)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode


def encode(content: bytes) -> str:
    """Return bytes as text."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Return the bytes of a text. Characters that are not base64url are ignored.

    Raises:
        ValueError: The length is not that of an encoding, or a character is not ASCII.
    """
    return urlsafe_b64decode(text + "==")  # more padding than needed is ignored
