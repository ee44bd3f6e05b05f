"""What the user has proved when a session is started or stepped up.

A proof is checked again by the statement that stores the session: what was proved may have changed since.
"""

from dataclasses import dataclass

from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.sessions.session import SessionId


@dataclass(frozen=True, slots=True)
class PasswordProof:
    """The password alone. It is not enough for an account with a second factor."""

    password_hash: PasswordHash


@dataclass(frozen=True, slots=True)
class TwoFactorProof:
    """The password and a second factor, which was consumed in the same transaction or before."""

    password_hash: PasswordHash


@dataclass(frozen=True, slots=True)
class PasskeyProof:
    """A passkey, whose row was updated in the same transaction. The account may have no password."""


Proof = PasswordProof | TwoFactorProof | PasskeyProof


@dataclass(frozen=True, slots=True)
class SessionProof:
    """Another session of the account, which is active. It starts a session, and steps none up."""

    session_id: SessionId


@dataclass(frozen=True, slots=True)
class ChallengeProof:
    """The password, and a right answer to the challenge that it got.

    The statement that starts the session consumes the challenge, and accepts the step of a TOTP code.
    """

    password_hash: PasswordHash
    challenge: tuple[bytes, ...]
    """The digests of the one-time token, one of which may be stored."""
    step: int | None
    """The step of the TOTP code; ``None`` for another factor."""


StartProof = Proof | SessionProof | ChallengeProof
"""What starts a session."""
