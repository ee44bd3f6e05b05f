"""``/account``: what users see and change of their own account.

Each page is a form over one use case of the API. A change leads back to the overview.
"""

from fastauth.entrypoints.http.pages.account import (
    api_keys,
    authenticator,
    email,
    name,
    overview,
    passkeys,
    password,
    personal_data,
    recovery_codes,
    sessions,
)

ROUTERS = (
    overview.router,
    name.router,
    password.router,
    passkeys.router,
    authenticator.router,
    recovery_codes.router,
    api_keys.router,
    sessions.router,
    personal_data.router,
)
MAIL_ROUTERS = (email.router,)
"""Pages that need mail."""
