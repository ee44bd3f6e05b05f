"""Rules about passkeys."""

from fastauth.entrypoints.production.rule import Rule
from fastauth.entrypoints.settings import Settings


def _elsewhere(settings: Settings) -> str | None:
    party = settings.relying_party
    if party is None:
        return None
    own = [each for each in party.origins if each not in settings.webauthn_related]
    if settings.is_within(party.id, own):
        return None
    return (
        "FASTAUTH_WEBAUTHN_ORIGINS has an origin outside of FASTAUTH_WEBAUTHN_RP_ID, where browsers refuse"
        " passkeys; set FASTAUTH_WEBAUTHN_RP_ID to their common domain"
    )


def _off(settings: Settings) -> str | None:
    if settings.relying_party:
        return None
    return (
        "passkeys are off: the host of the pages is an IP address, for which browsers make none;"
        " set FASTAUTH_PAGES_URL to a URL with a host name"
    )


RULES = (
    Rule(
        subject="passkeys",
        setting="FASTAUTH_WEBAUTHN_RP_ID",
        ok="for a host name, and origins on it",
        refused_if="an origin that is not on the RP ID or below it, unless it is related",
        warned_if="a URL of the pages whose host is an IP address, in development too",
        check=_elsewhere,
        warning=_off,
    ),
)
