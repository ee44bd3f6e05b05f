"""Checks of stored password hashes of other systems or with other parameters."""

from fastauth.domain.errors import InvalidInput
from fastauth.domain.passwords.password import PasswordHash
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, ok, warn

REMEDY = "fastauth users set-password, or fastauth users disable"


async def stored_hashes(container: Container) -> list[Finding]:
    """Count accounts without a password, and hashes that are unusable, weak, or of other kinds."""
    settings = container.settings()
    own = (
        f"$argon2id$v=19$m={settings.argon2_memory_kib},t={settings.argon2_time_cost}"
        f",p={settings.argon2_parallelism}$"
    )
    counted: dict[str, int] = {"": 0, "weak_hash": 0, "unusable": 0, "none": 0}
    for known, number in (await container.hash_kinds().examples()).items():
        if not known.encoded.startswith(own):
            counted[_state(container, known)] += number
    findings = []
    if counted["none"]:
        findings.append(ok("without password", f"{counted['none']} accounts, which log in with a passkey"))
    if counted["unusable"]:
        observed = f"{counted['unusable']} that cannot be verified: missing, unknown or too expensive"
        findings.append(warn("unusable hashes", observed, remedy=REMEDY))
    if counted["weak_hash"]:
        findings.append(warn("weak hashes", f"{counted['weak_hash']} (ASVS 11.4.2)", remedy=REMEDY))
    others = counted[""] + counted["weak_hash"]
    observed = f"{others} of another kind or with other parameters, replaced at the next log-in"
    if others and not settings.equalize_login_timing:
        timing = f"{observed}; the time of a failed log-in reveals that the account exists"
        findings.append(warn("imported hashes", timing, remedy="FASTAUTH_EQUALIZE_LOGIN_TIMING=true"))
    else:
        findings.append(ok("imported hashes", observed if others else "none"))
    return findings


def _state(container: Container, known: PasswordHash) -> str:
    """Return the problem of a hash, ``none`` if it stands for no password, or an empty string."""
    if known.encoded and not known.is_usable:
        return "none"
    try:
        container.hasher().parse_existing(known.encoded)
    except InvalidInput as error:
        code = error.violations[0].code
        usable = code == "weak_hash" and "NIST" in error.violations[0].detail
        return "weak_hash" if usable else "unusable"
    return ""
