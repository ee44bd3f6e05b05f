"""Checks of mail."""

from fastauth.domain.outbox.errors import DeliveryFailed
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, fail, ok
from fastauth.entrypoints.settings.mail import MailMode


async def mail(container: Container) -> list[Finding]:
    """Report where mails go. `production_rules` evaluates the settings."""
    settings = container.settings()
    server = settings.mail_url
    if settings.mail is MailMode.SMTP and server:
        return [ok("mails", f"by {server.tls} to {server.host}:{server.port}")]
    return [ok("mails", "stored in the inbox of development" if settings.sends_mail else "off")]


async def mail_connection(container: Container) -> list[Finding]:
    """Connect to the mail server and authenticate, without sending a mail."""
    if container.settings().mail is not MailMode.SMTP:
        return []
    try:
        await container.mail_transport().check()
    except DeliveryFailed as failed:
        return [fail("mail server", failed.reason, remedy="FASTAUTH_MAIL_URL")]
    return [ok("mail server", "reached, and it accepts the user and the password")]
