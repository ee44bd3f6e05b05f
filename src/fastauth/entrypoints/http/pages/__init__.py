"""The pages: registration, log-in, log-out, those to which links in mails lead, the inbox of development.

They are rendered on the server over the same use cases as the API. All of them work without a script, except
for passkeys. No GET request changes anything.
"""

from starlette.routing import BaseRoute

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.pages import (
    account,
    console,
    inbox,
    invitation,
    keep_account,
    log_in,
    log_out,
    passkey_log_in,
    register,
    register_passkey,
    reset,
    return_to,
    root,
    second_factor,
    static,
    step_up,
    undo_email,
    verify_email,
)
from fastauth.entrypoints.settings import Mode
from fastauth.entrypoints.settings.mail import MailMode


def page_routes(container: Container) -> list[BaseRoute]:
    """Return the routes of the pages that the settings offer."""
    settings = container.settings()
    routers = []
    if settings.pages:
        routers += [
            root.router,
            log_in.router,
            log_out.router,
            register.router,
            register_passkey.router,
            invitation.router,
            step_up.router,
            second_factor.router,
            passkey_log_in.router,
            *account.ROUTERS,
            *console.ROUTERS,
        ]
    if settings.pages and settings.return_to:
        routers += [return_to.router]
    if settings.pages and settings.sends_mail:
        routers += [
            verify_email.router,
            reset.router,
            undo_email.router,
            keep_account.router,
            *account.MAIL_ROUTERS,
        ]
    if settings.mode is Mode.DEVELOPMENT and settings.mail is MailMode.INBOX:
        routers += [inbox.router]
    if routers:
        routers += [static.router]
    return [route for router in routers for route in router.routes]
