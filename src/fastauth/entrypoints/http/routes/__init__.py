"""The routes of the JSON API."""

from fastauth.entrypoints.http.routes import (
    account,
    complete_log_in,
    email_addresses,
    health,
    login_codes,
    passkey_log_in,
    passkey_registration,
    passkeys,
    password_resets,
    passwords,
    registration,
    revocations,
    second_factors,
    sessions,
    step_up,
    well_known,
)

ROUTERS = (
    registration.router,
    passkey_registration.router,
    account.router,
    email_addresses.router,
    passwords.router,
    second_factors.router,
    passkeys.router,
    password_resets.router,
    sessions.router,
    complete_log_in.router,
    step_up.router,
    passkey_log_in.router,
    login_codes.router,
    revocations.router,
    well_known.router,
    health.router,
)
"""In the order in which the documentation shows them."""
