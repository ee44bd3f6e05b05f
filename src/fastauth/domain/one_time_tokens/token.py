"""One-time tokens: their purposes, their format, and the digests that are stored.

A token is the prefix of its purpose and 43 base64url characters, which are 32 random bytes. Stored is its
HMAC-SHA-256 under a key derived from the secret key for this purpose. So a token of one purpose finds
nothing under another (OWASP ASVS 9.2.2).
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_urlsafe
from typing import NewType

from fastauth.domain.accounts.user import UserId
from fastauth.domain.secret_key import SecretKey, SecretKeys
from fastauth.domain.sessions.session import SessionId

OneTimeTokenDigest = NewType("OneTimeTokenDigest", bytes)

PAYLOAD_PURPOSE = "one-time token"
"""The purpose for which `SecretBox` seals a payload that holds a secret."""

_RANDOM_PART = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class Purpose(StrEnum):
    """What a one-time token is for. The value is stored."""

    VERIFY_EMAIL = "verify_email"
    """Prove an address; only together with a session, so that it may live for a day."""
    CHANGE_EMAIL = "change_email"
    """Prove an address that replaces another one."""
    UNDO_EMAIL = "undo_email"
    """Go back to the replaced address."""
    UNDO_ERASURE = "undo_erasure"
    """Keep an account that is to be erased."""
    RESET_PASSWORD = "reset_password"  # noqa: S105  not a password
    """Set a password without knowing the current one."""
    SECOND_FACTOR = "second_factor"
    """The challenge of a log-in whose password was right."""
    LOGIN_CODE = "login_code"
    """Receive the tokens of a log-in on the pages, together with the verifier of the subject (RFC 7636)."""

    INVITATION = "invitation"
    """Accept the invitation whose id is the subject. It belongs to no account yet."""

    PASSKEY_CREATE = "passkey_create"
    """Answer the options of a new passkey. It is not stored: see `OneTimeTokenRepository.burn`."""
    PASSKEY_GET = "passkey_get"
    """Answer the options of a log-in or step-up by passkey. It is not stored either."""

    @property
    def prefix(self) -> str:
        """The start of each token. Secret scanners recognise a published token by it."""
        return _TERMS[self].prefix

    @property
    def lifetime(self) -> timedelta:
        """How long a token is valid; for `RESET_PASSWORD` and `INVITATION` a default."""
        return _TERMS[self].lifetime

    def latest_creation(self, now: datetime) -> datetime:
        """Return when a token that is valid now was created at the latest.

        A token of a clock that was ahead, and was set back, would outlive its lifetime otherwise. One that
        is ahead by no more than the lifetime is accepted: the clocks of two processes may differ.
        """
        return now + self.lifetime

    @property
    def max_attempts(self) -> int | None:
        """How often a code that belongs to the token may be tried; ``None`` if no code does."""
        return _TERMS[self].max_attempts


@dataclass(frozen=True, slots=True)
class _Terms:
    prefix: str
    lifetime: timedelta
    max_attempts: int | None = None


_TERMS = {
    Purpose.VERIFY_EMAIL: _Terms("fa_ev_", timedelta(hours=24)),
    Purpose.CHANGE_EMAIL: _Terms("fa_ec_", timedelta(hours=1)),
    Purpose.UNDO_EMAIL: _Terms("fa_eu_", timedelta(days=7)),
    # the longest FASTAUTH_ERASE_DAYS; each token ends when its account is erased
    Purpose.UNDO_ERASURE: _Terms("fa_ue_", timedelta(days=30)),
    # OWASP ASVS 6.5.5: at most ten minutes for an out-of-band token that authenticates
    Purpose.RESET_PASSWORD: _Terms("fa_pr_", timedelta(minutes=10)),
    # 5 guesses at 2 current codes of 10^6: one challenge in 100 000 falls
    Purpose.SECOND_FACTOR: _Terms("fa_mf_", timedelta(minutes=5), max_attempts=5),
    # RFC 6749, section 4.1.2, allows ten minutes. A front end exchanges the code at once.
    Purpose.LOGIN_CODE: _Terms("fa_lc_", timedelta(seconds=60)),
    Purpose.INVITATION: _Terms("fa_in_", timedelta(days=7)),
    Purpose.PASSKEY_CREATE: _Terms("fa_wc_", timedelta(minutes=5)),
    Purpose.PASSKEY_GET: _Terms("fa_wg_", timedelta(minutes=5)),
}

PROOFS_OF_ADDRESS = (Purpose.VERIFY_EMAIL, Purpose.CHANGE_EMAIL)
"""Tokens that prove that a client reads the pending address of an account."""

ALL_BUT_UNDO = frozenset(Purpose) - {Purpose.UNDO_EMAIL, Purpose.UNDO_ERASURE}
"""Tokens that end when a password is reset, or another address is verified. The owner of a replaced address
must be able to undo the change all the same: an attacker does both. The same holds for a closed account."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just issued, in clear text. The text is never stored."""

    text: str = field(repr=False)
    digest: OneTimeTokenDigest


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeToken:
    """A stored one-time token. Its text is not known."""

    purpose: Purpose
    user_id: UserId | None
    session_id: SessionId | None
    """The only session that may use the token; ``None`` if any holder of the token may."""
    subject: str = field(repr=False)
    """What the token is about, such as an e-mail address; empty if nothing."""
    payload: str = field(repr=False)
    """Further facts: a JSON object, or a text that `SecretBox` sealed; empty if none."""
    created_at: datetime
    expires_at: datetime
    consumed_at: datetime | None
    attempts: int


class OneTimeTokenCodec:
    """Issue one-time tokens, and compute their digests."""

    def __init__(self, *keys: SecretKey) -> None:
        self._keys = SecretKeys(*keys)

    def issue(self, purpose: Purpose) -> NewToken:
        """Return a new token with the digest to store."""
        text = purpose.prefix + token_urlsafe(32)
        return NewToken(text, self.digests(purpose, text)[0])

    def digests(self, purpose: Purpose, text: str) -> tuple[OneTimeTokenDigest, ...]:
        """Return the digest under each secret key, the newest first; none if `text` is no such token."""
        random_part = text.removeprefix(purpose.prefix)
        if random_part == text or not _RANDOM_PART.fullmatch(random_part):
            return ()
        macs = self._keys.macs(f"one-time token digest {purpose}", text.encode())
        return tuple(OneTimeTokenDigest(mac) for mac in macs)
