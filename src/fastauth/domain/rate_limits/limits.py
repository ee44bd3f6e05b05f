"""Rules that limit attempts to log in, to register and to change a password, and the mails that are sent.

Three rules work together. A *network* may send a number of requests a minute; a refusal says when it
may go on. An *account* allows unknown devices a few attempts from each network, and attempts at
growing intervals from all networks together (NIST SP 800-63B-4, section 3.2.2). A *known device* or
session, which has authenticated before, has a limit of its own, which other clients cannot exhaust.

An attempt is counted before its password is verified, and refunded if the password was right. So
concurrent attempts are counted like consecutive ones. The module `counting` combines the rules.
"""

from dataclasses import dataclass
from datetime import timedelta

from fastauth.domain.rate_limits.backoff import Backoff
from fastauth.domain.rate_limits.rate_limit import RateLimit

KNOWN_DEVICE_RETENTION = timedelta(days=366)
"""Longer than the lifetime of any session (at most 365 days) or device token (180 days)."""

VERIFICATION_TIMEOUT = timedelta(seconds=5)
"""How long one attempt may hold the verification slot of an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits. Those of networks are the published defaults of django-allauth."""

    logins_per_network: RateLimit = RateLimit(30, timedelta(minutes=1))
    """All log-ins of one network by unknown devices, and password changes beyond a session's limit."""
    known_device_logins_per_network: RateLimit = RateLimit(300, timedelta(minutes=1))
    """Log-ins of one network by known devices: ten times as many."""
    failures_per_network: RateLimit = RateLimit(10, timedelta(minutes=1))
    """Log-ins of one network that were not refunded."""
    passkeys_per_network: RateLimit = RateLimit(30, timedelta(minutes=1))
    """Log-ins by passkey of one network that were not refunded; apart from those by password."""
    registrations_per_network: RateLimit = RateLimit(20, timedelta(minutes=1))
    """Registrations of one network."""
    refused_clients_per_network: RateLimit = RateLimit(10, timedelta(minutes=1))
    """Refused client secrets of one network."""
    attempts_per_account_and_network: RateLimit = RateLimit(5, timedelta(minutes=5))
    """Attempts of one network at one account."""
    unknown_devices: Backoff = Backoff(timedelta(seconds=1), timedelta(minutes=15), max_attempts=100)
    """Attempts of all networks at one account; at most 100 consecutive (NIST SP 800-63B-4, section 3.2.2)."""
    known_devices: RateLimit = RateLimit(
        10, timedelta(minutes=5), max_consecutive=100, retention=KNOWN_DEVICE_RETENTION
    )
    """Attempts of one known device or one session."""
    verification_slot: RateLimit = RateLimit(1, VERIFICATION_TIMEOUT)
    """Attempts of unknown devices at one account are verified one at a time; the next one waits."""
    reset_requests_per_network: RateLimit = RateLimit(10, timedelta(hours=1))
    """Requests of one network for the reset of a password."""
    resends_per_session: RateLimit = RateLimit(1, timedelta(minutes=1))
    """Requests of one session for another verification mail."""
    address_changes_per_account: RateLimit = RateLimit(10, timedelta(hours=1))
    """Changes of the e-mail address of one account."""
    factor_changes_per_account: RateLimit = RateLimit(20, timedelta(hours=1))
    """Changes of the second factors of one account; its owner gets a mail about each."""
    api_keys_per_account: RateLimit = RateLimit(20, timedelta(hours=1))
    """New API keys of one account; its owner gets a mail about each."""
    wrong_api_keys_per_network: RateLimit = RateLimit(10, timedelta(minutes=1))
    """API keys that are not valid, of one network. Each process counts for itself."""
    mails_per_address: tuple[RateLimit, ...] = (
        RateLimit(1, timedelta(minutes=1)),
        RateLimit(5, timedelta(hours=1)),
        RateLimit(10, timedelta(days=1)),
    )
    """Mails with a link to one address, whichever client requests them. Notices are not among them."""
    mails_per_account: RateLimit = RateLimit(10, timedelta(days=1))
    """Mails with a link of one account, to whatever addresses."""
