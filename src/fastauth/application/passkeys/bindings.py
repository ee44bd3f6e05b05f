"""What binds the ceremony of a passkey to a log-in or to an account."""

from hashlib import sha256

from fastauth.domain.accounts.user import UserId


def challenge_of(token: str) -> bytes:
    """Return the challenge of WebAuthn that goes with the challenge token of a log-in.

    The token has 256 random bits and starts one session, and so does its hash. So nothing is stored.
    """
    return sha256(f"passkey challenge {token}".encode()).digest()


def account_of(user_id: UserId) -> str:
    """Return what binds the ceremony of a step-up to its account."""
    return f"account {user_id}"
