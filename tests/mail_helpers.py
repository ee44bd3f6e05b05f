"""Helpers of tests that send mails and read them."""

import re
from collections.abc import Iterable

from tests.builders import an_address
from tests.fakes import FakeMailTransport

from fastauth.domain.mail.message import Message
from fastauth.entrypoints.container import Container

_TOKEN = re.compile(r"(?<=#token=)fa_[a-z]{2}_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")


def token_in(message: Message) -> str:
    """Return the token in the link of a mail."""
    token: str = _TOKEN.findall(message.text)[0]
    return token


def token_of(prefix: str, messages: Iterable[Message]) -> str:
    """Return the token with this prefix from the only mail that has one."""
    (token,) = {token for each in messages for token in _TOKEN.findall(each.text) if token.startswith(prefix)}
    return str(token)


def template_of(message: Message) -> str:
    """Return the name of the template of a mail that `FakeMessageRenderer` has rendered."""
    return message.subject.partition(" ")[0]


async def a_verified_address(container: Container, username: str, email: str) -> None:
    """Give an account a verified address, without mails and events."""
    user, address = await container.find_user()(username=username), an_address(email)
    addresses, now = container.email_addresses(), container.clock().now()
    await addresses.add_pending(user.id, address, now=now)
    assert await addresses.verify(user.id, address.key, now=now)


async def deliver(container: Container) -> list[Message]:
    """Deliver the entries of the outbox that are due; return the mails that were sent.

    Raise what a handler should not raise. The service logs it, and tries again.
    """
    transport = container.mail_transport()
    assert isinstance(transport, FakeMailTransport)
    before = len(transport.sent)
    is_full = True
    while is_full:
        delivered = await container.deliver_outbox()()
        for bug in (each.bug for each in delivered.deliveries if each.bug):
            raise bug
        is_full = delivered.is_full
    return transport.sent[before:]
