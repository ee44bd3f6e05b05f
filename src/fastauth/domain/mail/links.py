"""The links in mails."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkTargets:
    """URLs of the pages to which links lead. They come from the settings; no request takes part."""

    verify: str
    """Verifies a new address, or the address that replaces another one."""
    reset: str
    """Sets a new password."""
    undo: str
    """Undoes the change of an address."""
    invitation: str
    """Accepts an invitation."""
    keep: str
    """Keeps an account that is to be erased."""


def link(target: str, token_text: str) -> str:
    """Return the URL of a page with a token in its fragment.

    Browsers do not send the fragment, so it is in no log of a server or proxy (OWASP ASVS 14.2.1).
    """
    return f"{target}#token={token_text}"
