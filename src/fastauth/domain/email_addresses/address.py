"""The e-mail address, as it was typed and as it is compared."""

from dataclasses import dataclass
from typing import Protocol, Self

from fastauth.domain.accounts.username import exact_key
from fastauth.domain.text import check_length, normalize_nfc

MAX_CODE_POINTS = 254
"""The longest address that a server must accept in MAIL and RCPT (RFC 5321, 4.5.3.1.3, erratum 1690)."""


class AddressProfile(Protocol):
    """The rules for allowed e-mail addresses and for equal ones."""

    def canonicalize(self, text: str) -> str:
        """Return the key that all spellings of one address share. It is idempotent.

        The key is the local part in lower case, ``@``, and the domain in its ASCII form (IDNA). Dots and
        plus signs stay: whether they matter is known to the receiving server alone.

        Raises:
            InvalidInput: The field ``email`` has the code ``not_an_address``, or ``not_allowed`` for an
                address of a kind that is not accepted.
        """


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address as its owner typed it, and the key that identifies it."""

    text: str
    key: str

    @classmethod
    def parse(cls, text: str, profile: AddressProfile) -> Self:
        """Return the address, in Normalization Form C.

        Raises:
            InvalidInput: It has more than 254 code points, is rejected by `profile`, or contains a lone
                surrogate.
        """
        composed = normalize_nfc(text, field="email", maximum=MAX_CODE_POINTS)
        display = check_length(composed, field="email", minimum=0, maximum=MAX_CODE_POINTS)
        return cls(display, profile.canonicalize(display))

    @property
    def mailbox(self) -> str:
        """The address for SMTP: the local part as it was typed, and the domain in ASCII (IDNA)."""
        return self.text.rpartition("@")[0] + "@" + self.key.rpartition("@")[2]

    @property
    def usernames(self) -> frozenset[str]:
        """The canonical usernames that read like this address: with the domain in ASCII and in Unicode.

        A username of an adopted table may not be allowed today, for example because it is too long. Then it
        is one of these in lower case, and as this address was typed.
        """
        local, _, domain = self.key.rpartition("@")
        names = {self.key, f"{local}@{'.'.join(map(_decode, domain.split('.')))}"}
        return frozenset(names | {exact_key(each) for each in (*names, self.text)})


def _decode(label: str) -> str:
    prefix, _, encoded = label.partition("xn--")
    return label if prefix or not encoded else encoded.encode().decode("punycode")
