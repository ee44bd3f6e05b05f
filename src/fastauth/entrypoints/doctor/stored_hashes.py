"""The hashes that others made, and those of other parameters, which stay until their owners log in."""

from fastauth.domain.errors import InvalidInput
from fastauth.domain.passwords.password import PasswordHash
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, ok, warn

REMEDY = "fastauth users set-password, or fastauth users disable"


async def stored_hashes(container: Container) -> list[Finding]:
    """Count the hashes that no log-in here can verify, the weak ones, and the other kinds."""
    settings = container.settings()
    own = (
        f"$argon2id$v=19$m={settings.argon2_memory_kib},t={settings.argon2_time_cost}"
        f",p={settings.argon2_parallelism}$"
    )
    counted: dict[str, int] = {"": 0, "weak_hash": 0, "unusable": 0}
    for known, number in (await container.hash_kinds().examples()).items():
        if not known.encoded.startswith(own):
            counted[_state(container, known)] += number
    findings = []
    if counted["unusable"]:
        observed = f"{counted['unusable']} that no log-in can verify here: none, unknown, or too costly"
        findings.append(warn("unusable hashes", observed, remedy=REMEDY))
    if counted["weak_hash"]:
        findings.append(warn("weak hashes", f"{counted['weak_hash']} (ASVS 11.4.2)", remedy=REMEDY))
    others = counted[""] + counted["weak_hash"]
    observed = f"{others} of another kind or other parameters, replaced when their owners log in"
    if others and not settings.equalize_login_timing:
        told = f"{observed}; the time of a refused log-in tells that they exist"
        findings.append(warn("imported hashes", told, remedy="FASTAUTH_EQUALIZE_LOGIN_TIMING=true"))
    else:
        findings.append(ok("imported hashes", observed if others else "none"))
    return findings


def _state(container: Container, known: PasswordHash) -> str:
    """Return nothing for a hash that is as it should be, and otherwise what is wrong."""
    try:
        container.hasher().parse_existing(known.encoded)
    except InvalidInput as error:
        code = error.violations[0].code
        usable = code == "weak_hash" and "NIST" in error.violations[0].detail
        return "weak_hash" if usable else "unusable"
    return ""
