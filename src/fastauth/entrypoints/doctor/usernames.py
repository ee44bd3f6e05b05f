"""Check that no username is the e-mail address of another account."""

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import MAX_SHOWN, Finding, first_few, ok, warn
from fastauth.entrypoints.text import escape_control_characters


async def usernames(container: Container) -> list[Finding]:
    """List usernames that are the verified address of another account, which the address leads to."""
    found = await container.email_addresses().clashing_usernames(limit=MAX_SHOWN + 1)
    if not found:
        return [ok("usernames", "none is the verified e-mail address of another account")]
    names = first_few([escape_control_characters(each) for each in found])
    observed = f"verified e-mail addresses of other accounts: {names}"
    return [warn("usernames", observed, remedy="fastauth users rename")]
