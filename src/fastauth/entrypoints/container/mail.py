"""Providers of mail: catalogues, renderer, transport and the links in mails."""

from email.headerregistry import Address
from pathlib import Path
from urllib.parse import urlsplit

from dependency_injector.providers import Callable, Provider, Singleton

from fastauth.adapters.catalogues import Catalogues
from fastauth.adapters.mail.maildir import MaildirTransport
from fastauth.adapters.mail.off import NoMail
from fastauth.adapters.mail.renderer import JinjaMessageRenderer
from fastauth.adapters.mail.smtp import SmtpTransport
from fastauth.domain.clock import Clock
from fastauth.domain.mail.links import LinkTargets
from fastauth.domain.mail.ports import MailInbox, MailTransport, MessageRenderer
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.mail import MailMode

INBOX = "fastauth-mail"
"""Folder of the mails in development."""

VERIFY_PAGE, RESET_PAGE, UNDO_PAGE, INVITATION_PAGE, KEEP_PAGE = (
    "/verify-email",
    "/reset/new",
    "/undo-email",
    "/invitation",
    "/keep-account",
)
"""Paths of the pages to which links lead."""


def sender_of(settings: Settings) -> Address:
    """Return the sender of mails. Production requires one; development has a default."""
    return settings.mail_from or Address("fastauth", addr_spec="fastauth@localhost")


def inbox_folder(settings: Settings) -> Path:
    """Return the folder of the inbox: beside the SQLite file, or in the working directory."""
    beside = settings.database_url.database if settings.is_file_database else None
    return Path(beside).parent / INBOX if beside else Path(INBOX)


def _inbox(settings: Settings, clock: Clock) -> MaildirTransport:
    return MaildirTransport(inbox_folder(settings), sender=sender_of(settings), clock=clock)


def _transport(settings: Settings, clock: Clock) -> MailTransport:
    if settings.mail is MailMode.INBOX:
        return _inbox(settings, clock)
    if settings.mail is MailMode.OFF or not settings.mail_url:
        return NoMail()
    return SmtpTransport(settings.mail_url, sender=sender_of(settings), clock=clock)


def _renderer(catalogues: Catalogues, settings: Settings) -> JinjaMessageRenderer:
    return JinjaMessageRenderer(catalogues, service=urlsplit(settings.public_url).netloc)


def _message_id_host(settings: Settings) -> str:
    """Return the right side of each ``Message-ID`` (RFC 5322, section 3.6.4): the host of the pages."""
    return (urlsplit(settings.public_url).hostname or "localhost").replace(":", ".")


def _link_targets(settings: Settings) -> LinkTargets:
    return LinkTargets(
        verify=settings.link_verify or settings.public_url + VERIFY_PAGE,
        reset=settings.link_reset or settings.public_url + RESET_PAGE,
        undo=settings.link_undo or settings.public_url + UNDO_PAGE,
        invitation=settings.link_invitation or settings.public_url + INVITATION_PAGE,
        keep=settings.link_keep or settings.public_url + KEEP_PAGE,
    )


class Mail(Shared):
    """See `fastauth.domain.mail`."""

    catalogues: Provider[Catalogues] = Singleton(Catalogues)
    message_renderer: Provider[MessageRenderer] = Singleton(_renderer, catalogues, Shared.settings)
    mail_transport: Provider[MailTransport] = Singleton(_transport, Shared.settings, Shared.clock)
    mail_inbox: Provider[MailInbox] = Singleton(_inbox, Shared.settings, Shared.clock)
    message_id_host: Provider[str] = Callable(_message_id_host, Shared.settings)
    link_targets: Provider[LinkTargets] = Singleton(_link_targets, Shared.settings)
