"""Providers of the handlers that turn entries of the outbox into mails."""

from collections.abc import Mapping
from datetime import timedelta

from dependency_injector.providers import Callable, Dict, Provider, Singleton

from fastauth.application.mail.mail_quota import MailQuota
from fastauth.application.mail.mailer import Mailer
from fastauth.application.mail.send_account_closing import SendAccountClosing
from fastauth.application.mail.send_account_erased import SendAccountErased
from fastauth.application.mail.send_address_changed import SendAddressChanged
from fastauth.application.mail.send_invitation import SendInvitation
from fastauth.application.mail.send_notice import SendNotice
from fastauth.application.mail.send_password_reset import SendPasswordReset
from fastauth.application.mail.send_verification import SendVerification
from fastauth.application.mail.token_issuer import TokenIssuer
from fastauth.domain.outbox.message import Handler, OutboxKind
from fastauth.entrypoints.container.accounts import Accounts
from fastauth.entrypoints.container.mail import Mail
from fastauth.entrypoints.container.one_time_tokens import OneTimeTokens
from fastauth.entrypoints.container.rate_limits import RateLimits
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.settings import Settings


def _reset_lifetime(settings: Settings) -> timedelta:
    return timedelta(minutes=settings.reset_minutes)


class MailHandlers(Shared):
    """See `fastauth.application.mail`."""

    mailer: Provider[Mailer] = Singleton(
        Mailer,
        renderer=Mail.message_renderer,
        transport=Mail.mail_transport,
        email_addresses=Storage.email_addresses,
        clock=Shared.clock,
        host=Mail.message_id_host,
    )
    token_issuer: Provider[TokenIssuer] = Singleton(
        TokenIssuer,
        codec=OneTimeTokens.one_time_token_codec,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    mail_quota: Provider[MailQuota] = Singleton(
        MailQuota, limiter=RateLimits.mail_limiter, budget=RateLimits.sending_budget
    )
    mail_handlers: Provider[Mapping[OutboxKind, Handler]] = Singleton(
        dict,
        Dict(
            {
                OutboxKind.PASSWORD_RESET: Singleton(
                    SendPasswordReset,
                    users=Storage.users,
                    passwords=Storage.passwords,
                    email_addresses=Storage.email_addresses,
                    username_profile=Accounts.usernames,
                    address_profile=Accounts.address_profile,
                    quota=mail_quota,
                    token_issuer=token_issuer,
                    mailer=mailer,
                    links=Mail.link_targets,
                    lifetime=Callable(_reset_lifetime, Shared.settings),
                ),
                OutboxKind.VERIFICATION: Singleton(
                    SendVerification,
                    users=Storage.users,
                    email_addresses=Storage.email_addresses,
                    quota=mail_quota,
                    token_issuer=token_issuer,
                    mailer=mailer,
                    links=Mail.link_targets,
                ),
                OutboxKind.INVITATION: Singleton(
                    SendInvitation,
                    invitations=Storage.invitations,
                    quota=mail_quota,
                    token_issuer=token_issuer,
                    mailer=mailer,
                    links=Mail.link_targets,
                    clock=Shared.clock,
                ),
                OutboxKind.ADDRESS_CHANGED: Singleton(
                    SendAddressChanged,
                    users=Storage.users,
                    token_issuer=token_issuer,
                    mailer=mailer,
                    budget=RateLimits.sending_budget,
                    links=Mail.link_targets,
                ),
                OutboxKind.ACCOUNT_CLOSING: Singleton(
                    SendAccountClosing,
                    users=Storage.users,
                    erasures=Storage.erasures,
                    token_issuer=token_issuer,
                    mailer=mailer,
                    budget=RateLimits.sending_budget,
                    links=Mail.link_targets,
                    clock=Shared.clock,
                ),
                OutboxKind.ACCOUNT_ERASED: Singleton(
                    SendAccountErased, mailer=mailer, budget=RateLimits.sending_budget
                ),
                OutboxKind.NOTICE: Singleton(
                    SendNotice, users=Storage.users, mailer=mailer, budget=RateLimits.sending_budget
                ),
            }
        ),
    )
