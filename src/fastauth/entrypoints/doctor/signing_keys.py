"""Checks of the signing keys: an active key that can be decrypted, and the next rotation."""

from datetime import datetime, timedelta

from fastauth.domain.signing_keys.errors import KeyUnwrapFailed
from fastauth.domain.signing_keys.key_set import KeySet
from fastauth.domain.signing_keys.signing_key import SigningKey
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, fail, ok, warn
from fastauth.entrypoints.text import plural

ROTATION_TOLERANCE = timedelta(minutes=5)
"""A running service publishes a due key within one minute."""


async def signing_keys(container: Container) -> list[Finding]:
    """Check the active key and the next one."""
    ring, now = await container.readiness_keys().load(), container.clock().now()
    signer = ring.active(now)
    if signer is None:
        return [fail("signing key", "no key is active", remedy="start the service, or: fastauth keys rotate")]
    return [_signer(container, signer, now), _successor(container, ring, now)]


def _signer(container: Container, signer: SigningKey, now: datetime) -> Finding:
    subject, observed = (
        "signing key",
        f"number {signer.sequence}, {signer.algorithm}, signs {_since(signer, now)}",
    )
    try:
        container.key_generator().check(signer)
        resealed = container.key_generator().rewrap(signer)
    except KeyUnwrapFailed:
        remedy = "FASTAUTH_SECRET_KEY or FASTAUTH_SECRET_KEY_PREVIOUS"
        return fail(subject, f"{observed}, encrypted with another secret key or damaged", remedy=remedy)
    if resealed is not signer:
        return warn(
            subject, f"{observed}, encrypted with the previous secret key", remedy="start the service"
        )
    return ok(subject, observed)


def _successor(container: Container, ring: KeySet, now: datetime) -> Finding:
    newest, due = ring.keys[-1], ring.next_rotation(container.rotation_policy())
    if newest.active_from > now:
        return ok("next key", f"number {newest.sequence}, signs from {newest.active_from:%Y-%m-%d %H:%M}Z")
    if now > due + ROTATION_TOLERANCE:
        return warn("next key", f"overdue since {due:%Y-%m-%d}", remedy="start the service")
    return ok("next key", f"due on {due:%Y-%m-%d}")


def _since(key: SigningKey, now: datetime) -> str:
    days = (now - key.active_from).days
    return f"since {plural(days, 'day')}" if days else "since today"
