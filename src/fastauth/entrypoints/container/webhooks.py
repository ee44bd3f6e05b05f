"""Providers of webhooks."""

from dependency_injector.providers import Provider, Singleton

from fastauth.adapters.outbound.http import OutboundHttpClient
from fastauth.adapters.standard_webhooks import StandardWebhookSigner
from fastauth.application.webhooks.acts import WebhookActs
from fastauth.application.webhooks.back_off import BackOff
from fastauth.application.webhooks.change_webhook import ChangeWebhook
from fastauth.application.webhooks.claim_webhooks import ClaimWebhooks
from fastauth.application.webhooks.create_webhook import CreateWebhook
from fastauth.application.webhooks.deliver_webhook import DeliverWebhook
from fastauth.application.webhooks.disable_webhook import DisableWebhook
from fastauth.application.webhooks.get_webhook import GetWebhook
from fastauth.application.webhooks.give_up import GiveUp
from fastauth.application.webhooks.list_webhooks import ListWebhooks
from fastauth.application.webhooks.remove_webhook import RemoveWebhook
from fastauth.application.webhooks.resume_webhook import ResumeWebhook
from fastauth.application.webhooks.rotate_webhook_secret import RotateWebhookSecret
from fastauth.application.webhooks.send_test_message import SendTestMessage
from fastauth.application.webhooks.sender import WebhookSender
from fastauth.domain.outbound.ports import OutboundHttp
from fastauth.domain.outbound.target import NamedHosts
from fastauth.entrypoints.container.delegation import Delegations
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case


class Webhooks(Shared):
    """See `fastauth.domain.webhooks`; the repository and the queue are in `Storage`."""

    webhook_hosts: Provider[NamedHosts] = Shared.settings.provided.webhook_hosts
    outbound_http: Provider[OutboundHttp] = Singleton(OutboundHttpClient, named_hosts=webhook_hosts)
    webhook_acts: Provider[WebhookActs] = Singleton(
        WebhookActs,
        delegation=Delegations.delegation,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    webhook_sender: Provider[WebhookSender] = Singleton(
        WebhookSender,
        http=outbound_http,
        signer=Singleton(StandardWebhookSigner),
        secret_box=Shared.secret_box,
        clock=Shared.clock,
    )

    create_webhook = use_case(
        CreateWebhook,
        acts=webhook_acts,
        named_hosts=webhook_hosts,
        secret_box=Shared.secret_box,
    )
    change_webhook = use_case(ChangeWebhook, acts=webhook_acts, named_hosts=webhook_hosts)
    rotate_webhook_secret = use_case(RotateWebhookSecret, acts=webhook_acts, secret_box=Shared.secret_box)
    disable_webhook = use_case(DisableWebhook, acts=webhook_acts)
    resume_webhook = use_case(ResumeWebhook, acts=webhook_acts)
    remove_webhook = use_case(RemoveWebhook, acts=webhook_acts)
    list_webhooks = use_case(
        ListWebhooks, webhooks=Storage.webhooks, feed=Storage.event_feed, clock=Shared.clock
    )
    get_webhook = use_case(GetWebhook, list_webhooks=list_webhooks)
    send_test_message = use_case(
        SendTestMessage, webhooks=Storage.webhooks, sender=webhook_sender, clock=Shared.clock
    )
    claim_webhooks = use_case(ClaimWebhooks, queue=Storage.webhook_queue, clock=Shared.clock)
    deliver_webhook = use_case(
        DeliverWebhook,
        queue=Storage.webhook_queue,
        feed=Storage.event_feed,
        send=webhook_sender,
        back_off=Singleton(
            BackOff,
            queue=Storage.webhook_queue,
            give_up=Singleton(
                GiveUp,
                unit_of_work=Storage.unit_of_work,
                clock=Shared.clock,
                sends_mail=Shared.settings.provided.sends_mail,
            ),
            clock=Shared.clock,
        ),
        clock=Shared.clock,
    )
