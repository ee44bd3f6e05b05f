"""Providers of the outbox."""

from collections.abc import Mapping

from dependency_injector.providers import Provider, Singleton

from fastauth.application.outbox.attempt import Attempt
from fastauth.application.outbox.deliver_outbox import DeliverOutbox
from fastauth.application.outbox.measure_backlog import MeasureBacklog
from fastauth.domain.outbox.message import Handler, OutboxKind
from fastauth.entrypoints.container.mail_handlers import MailHandlers
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case


class Outbox(Shared):
    """See `fastauth.domain.outbox`; the queue is in `Storage`."""

    outbox_handlers: Provider[Mapping[OutboxKind, Handler]] = MailHandlers.mail_handlers
    """The handler of each kind."""

    deliver_outbox = use_case(
        DeliverOutbox,
        queue=Storage.outbox_queue,
        attempt=Singleton(Attempt, handlers=outbox_handlers, box=Shared.secret_box, clock=Shared.clock),
        kinds=outbox_handlers,
        clock=Shared.clock,
    )
    measure_backlog = use_case(MeasureBacklog, queue=Storage.outbox_queue, clock=Shared.clock)
