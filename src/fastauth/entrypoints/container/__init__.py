"""The composition root: it selects the adapter of each port and builds the use cases.

Each module but `injector` is a mixin with the providers of one capability: policies from the settings,
adapters and use cases. A mixin refers only to mixins that are before it in the bases of `Container`.
"""

import fastauth.entrypoints.container.injector  # noqa: F401  before others import dependency_injector

# isort: split

from fastauth.entrypoints.container.accounts import Accounts
from fastauth.entrypoints.container.administration import Administration
from fastauth.entrypoints.container.api_keys import ApiKeys
from fastauth.entrypoints.container.audit import Audit
from fastauth.entrypoints.container.browser_sessions import BrowserSessions
from fastauth.entrypoints.container.clients import Clients
from fastauth.entrypoints.container.delegation import Delegations
from fastauth.entrypoints.container.email_addresses import EmailAddresses
from fastauth.entrypoints.container.event_feed import EventFeed
from fastauth.entrypoints.container.idempotency import Idempotency
from fastauth.entrypoints.container.introspection import Introspection
from fastauth.entrypoints.container.invitations import Invitations
from fastauth.entrypoints.container.login_codes import LoginCodes
from fastauth.entrypoints.container.mail import Mail
from fastauth.entrypoints.container.mail_handlers import MailHandlers
from fastauth.entrypoints.container.one_time_tokens import OneTimeTokens
from fastauth.entrypoints.container.operations import Operations
from fastauth.entrypoints.container.outbox import Outbox
from fastauth.entrypoints.container.passkey_verification import PasskeyVerification
from fastauth.entrypoints.container.passkeys import Passkeys
from fastauth.entrypoints.container.password_hashing import PasswordHashing
from fastauth.entrypoints.container.passwords import Passwords
from fastauth.entrypoints.container.personal_data import PersonalData
from fastauth.entrypoints.container.principals import Principals
from fastauth.entrypoints.container.rate_limits import RateLimits
from fastauth.entrypoints.container.revocations import Revocations
from fastauth.entrypoints.container.roles import Roles
from fastauth.entrypoints.container.second_factors import SecondFactors
from fastauth.entrypoints.container.secret_box import SecretBoxes
from fastauth.entrypoints.container.sessions import Sessions
from fastauth.entrypoints.container.signing_keys import SigningKeys
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.webhooks import Webhooks


class Container(
    Storage,
    Delegations,
    PasswordHashing,
    RateLimits,
    OneTimeTokens,
    Idempotency,
    SecretBoxes,
    SigningKeys,
    Mail,
    Accounts,
    MailHandlers,
    Audit,
    Roles,
    PasskeyVerification,
    SecondFactors,
    Sessions,
    ApiKeys,
    Introspection,
    Principals,
    Clients,
    Administration,
    Invitations,
    LoginCodes,
    Passkeys,
    BrowserSessions,
    EmailAddresses,
    Revocations,
    EventFeed,
    Passwords,
    PersonalData,
    Outbox,
    Webhooks,
    Operations,
):
    """All providers of the service.

    An argument replaces a provider everywhere: ``Container(settings=..., users=FakeUserRepository())``.
    """
