"""Check of the webhooks: whether their receivers answer."""

from fastauth.domain.webhooks.webhook import DisabledReason, WebhookState
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, ok, warn

REMEDY = "the receiver; then fastauth webhooks resume"


async def webhooks(container: Container) -> list[Finding]:
    """Report webhooks that the service has disabled, and those whose last attempt failed."""
    found = await container.list_webhooks()(acting=None)
    findings = []
    for each in found:
        webhook = each.webhook
        if webhook.disabled_at and webhook.disabled_reason is not DisabledReason.REQUESTED:
            observed = f"{webhook.id} is disabled: {webhook.last_error}"
            findings.append(warn("webhooks", observed, remedy=REMEDY))
        elif each.state is not WebhookState.DISABLED and webhook.failures:
            observed = f"{webhook.id} has failed {webhook.failures} times in a row: {webhook.last_error}"
            findings.append(warn("webhooks", observed, remedy="the receiver"))
    return findings or [ok("webhooks", f"{len(found)}")]
