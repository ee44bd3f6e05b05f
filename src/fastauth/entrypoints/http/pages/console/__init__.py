"""``/console``: accounts, roles and the audit trail, for administrators.

Each page is a form or a table over one use case of `fastauth.application.administration`, which checks the
permissions and the rules of delegation. A page shows what the permissions of the caller allow.
"""

from fastauth.entrypoints.http.pages.console import (
    audit,
    clients,
    invitations,
    outbox,
    overview,
    roles,
    signing_keys,
    user_acts,
    users,
    webhooks,
)

ROUTERS = (
    overview.router,
    users.router,
    user_acts.router,
    invitations.router,
    invitations.new_router,
    roles.router,
    roles.new_router,
    audit.router,
    clients.router,
    clients.new_router,
    webhooks.router,
    webhooks.new_router,
    outbox.router,
    signing_keys.router,
)
