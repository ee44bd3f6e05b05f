"""The register: every table and every column of it."""

from fastauth.domain.personal_data.column import DataTable
from fastauth.domain.personal_data.register.accounts import USER_INFO
from fastauth.domain.personal_data.register.api_keys import API_KEY
from fastauth.domain.personal_data.register.audit import EVENT
from fastauth.domain.personal_data.register.clients import CLIENT_SECRET, OAUTH_CLIENT
from fastauth.domain.personal_data.register.email_addresses import EMAIL_ADDRESS
from fastauth.domain.personal_data.register.erasures import ERASURE, ERASURE_RECEIPT
from fastauth.domain.personal_data.register.event_feed import EVENT_FEED
from fastauth.domain.personal_data.register.idempotency import IDEMPOTENCY_KEY
from fastauth.domain.personal_data.register.invitations import INVITATION
from fastauth.domain.personal_data.register.one_time_tokens import ONE_TIME_TOKEN
from fastauth.domain.personal_data.register.operations import FASTAUTH_TASK
from fastauth.domain.personal_data.register.outbox import OUTBOX
from fastauth.domain.personal_data.register.passkeys import PASSKEY
from fastauth.domain.personal_data.register.rate_limits import TALLY
from fastauth.domain.personal_data.register.revocations import REVOCATION
from fastauth.domain.personal_data.register.roles import ROLE, ROLE_PERMISSION, USER_ROLE
from fastauth.domain.personal_data.register.second_factors import RECOVERY_CODE, TOTP
from fastauth.domain.personal_data.register.sessions import BROWSER_SESSION, SESSION
from fastauth.domain.personal_data.register.signing_keys import SIGNING_KEY
from fastauth.domain.personal_data.register.webhooks import WEBHOOK

REGISTER: tuple[DataTable, ...] = (
    USER_INFO,
    EMAIL_ADDRESS,
    SESSION,
    BROWSER_SESSION,
    SIGNING_KEY,
    EVENT,
    EVENT_FEED,
    ERASURE,
    ERASURE_RECEIPT,
    TALLY,
    REVOCATION,
    OAUTH_CLIENT,
    CLIENT_SECRET,
    ROLE,
    ROLE_PERMISSION,
    USER_ROLE,
    ONE_TIME_TOKEN,
    IDEMPOTENCY_KEY,
    INVITATION,
    TOTP,
    RECOVERY_CODE,
    PASSKEY,
    API_KEY,
    OUTBOX,
    WEBHOOK,
    FASTAUTH_TASK,
)
"""A new table is a module beside the others and a line here. ``python -m tests.harness.data_page`` then
writes docs/internals/data.md."""
