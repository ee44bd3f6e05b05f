"""The pages to which the links in mails lead, and the inbox of development.

They are rendered on the server over the same use cases as the API, and work without a script: the script
only moves the token of a link into the form. No GET request changes anything.
"""

from starlette.routing import BaseRoute

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.pages import inbox, reset, static, undo_email, verify_email
from fastauth.entrypoints.settings import Mode
from fastauth.entrypoints.settings.mail import MailMode


def page_routes(container: Container) -> list[BaseRoute]:
    """Return the routes of the pages that the settings offer."""
    settings = container.settings()
    routers = []
    if settings.pages and settings.sends_mail:
        routers += [verify_email.router, reset.router, undo_email.router]
    if settings.mode is Mode.DEVELOPMENT and settings.mail is MailMode.INBOX:
        routers += [inbox.router]
    if routers:
        routers += [static.router]
    return [route for router in routers for route in router.routes]
