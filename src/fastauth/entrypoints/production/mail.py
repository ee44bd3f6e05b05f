"""Rules about sending mail, about pages and about the links in mails."""

from urllib.parse import urlsplit

from fastauth.adapters.mail.smtp_server import Tls
from fastauth.entrypoints.production.rule import Rule
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.hosts import is_loopback
from fastauth.entrypoints.settings.mail import MailMode

_NEEDED = {"mail_url": "FASTAUTH_MAIL_URL", "mail_from": "FASTAUTH_MAIL_FROM"}
_LINKS = {
    "link_verify": "FASTAUTH_LINK_VERIFY",
    "link_reset": "FASTAUTH_LINK_RESET",
    "link_undo": "FASTAUTH_LINK_UNDO",
    "link_invitation": "FASTAUTH_LINK_INVITATION",
    "link_keep": "FASTAUTH_LINK_KEEP",
}


def _half_configured(settings: Settings) -> str | None:
    given = [name for field, name in _NEEDED.items() if getattr(settings, field)]
    if settings.mail is MailMode.INBOX:
        return "FASTAUTH_MAIL=inbox is for development; set it to smtp, or to off"
    if settings.mail is MailMode.OFF:
        return f"{' and '.join(given)}: FASTAUTH_MAIL is off; set it to smtp" if given else None
    missing = [name for name in _NEEDED.values() if name not in given]
    if missing:
        return f"{' and '.join(missing)} missing; FASTAUTH_MAIL=smtp needs a server and a sender"
    return None


def _in_the_clear(settings: Settings) -> str | None:
    server = settings.mail_url
    if not server or server.tls is not Tls.NONE or is_loopback(server.host):
        return None
    return "FASTAUTH_MAIL_URL has no TLS; begin it with smtps:// or smtp+starttls://"


def _links(settings: Settings) -> str | None:
    links = _LINKS if settings.sends_mail else {}
    missing = [name for field, name in links.items() if not getattr(settings, field)]
    if missing and not settings.pages:
        return f"{', '.join(missing)} missing; with FASTAUTH_PAGES=off the links in mails lead nowhere"
    urls = links | ({"pages_url": "FASTAUTH_PAGES_URL"} if settings.pages or links else {})
    local = [name for field, name in urls.items() if (url := getattr(settings, field)) and _is_local(url)]
    return f"{', '.join(local)} must be a public https:// URL" if local else None


def _return_urls(settings: Settings) -> str | None:
    return (
        "FASTAUTH_RETURN_TO must have public https:// URLs"
        if any(map(_is_local, settings.return_to))
        else None
    )


def _is_local(text: str) -> bool:
    url = urlsplit(text)
    return url.scheme != "https" or is_loopback(url.hostname or "")


RULES = (
    Rule(
        subject="mail",
        setting="FASTAUTH_MAIL",
        ok="off, or with a server and a sender",
        refused_if=(
            "`inbox`; `smtp` without FASTAUTH_MAIL_URL or FASTAUTH_MAIL_FROM; `off` with one of them"
        ),
        check=_half_configured,
    ),
    Rule(
        subject="mail TLS",
        setting="FASTAUTH_MAIL_URL",
        ok="the server is local, or TLS is demanded",
        refused_if="`smtp://` to another machine",
        check=_in_the_clear,
    ),
    Rule(
        subject="pages and links",
        setting="FASTAUTH_PAGES_URL",
        ok="they lead to public pages",
        refused_if=(
            "FASTAUTH_PAGES is off and a FASTAUTH_LINK_... is missing; a URL of a page that is not https://,"
            " or a loopback host"
        ),
        check=_links,
    ),
    Rule(
        subject="front ends",
        setting="FASTAUTH_RETURN_TO",
        ok="codes go to public https:// URLs, if to any",
        refused_if="a URL that is not https://, or a loopback host",
        check=_return_urls,
    ),
)
