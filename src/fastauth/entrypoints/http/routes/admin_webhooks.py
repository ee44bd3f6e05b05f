"""``/admin/webhooks``: where events are sent."""

from datetime import datetime

from fastapi import APIRouter, status
from pydantic import BaseModel, Field

from fastauth.application.webhooks.create_webhook import NewWebhook
from fastauth.application.webhooks.list_webhooks import WebhookStatus
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.roles.permissions import WRITE_WEBHOOKS
from fastauth.domain.webhooks.errors import TooManyWebhooks, WebhookNotFound
from fastauth.domain.webhooks.webhook import DisabledReason, WebhookState
from fastauth.entrypoints.http.dependencies import PRINCIPAL_ERRORS, ContainerDep, PrincipalDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.openapi import NO_CONTENT
from fastauth.entrypoints.http.repeatable_route import RepeatableRoute
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(
    prefix="/admin/webhooks", tags=["administration"], route_class=RepeatableRoute.needing(WRITE_WEBHOOKS)
)
test_router = APIRouter(prefix="/admin/webhooks", tags=["administration"], route_class=StrictJSONRoute)
"""A test message changes nothing. With an idempotency key a transaction would wait for the receiver."""

_AN_ID = "wh_3f0c8a5be1d24f60a7c9b8e2d1f04a6c"
_A_SECRET = "whsec_" + 43 * "A" + "="


class CreateWebhookRequest(BaseModel):
    """A new webhook."""

    url: str = Field(examples=["https://billing.example/hooks/fastauth"])
    types: list[str] | None = Field(
        default=None, examples=[["user.registered"]], description="Without it all types are sent."
    )


class ChangeWebhookRequest(BaseModel):
    """What is to change. What is left out stays as it is."""

    url: str | None = Field(default=None, examples=["https://billing.example/hooks/fastauth"])
    types: list[str] | None = Field(
        default=None, examples=[["user.registered"]], description="``null``: all types are sent."
    )


class RotateWebhookSecretRequest(BaseModel):
    """How a secret is replaced."""

    at_once: bool = Field(default=False, description="Whether the old one ends now and not in 24 hours.")


class WebhookResponse(BaseModel):
    """A webhook."""

    id: str = Field(examples=[_AN_ID])
    url: str = Field(examples=["https://billing.example/hooks/fastauth"])
    types: list[str] | None = Field(examples=[["user.registered"]], description="``null``: all types.")
    state: WebhookState
    behind: int = Field(description="Events that it has not looked at, of all types.", examples=[0])
    failures: int = Field(description="Failed attempts in a row.", examples=[0])
    created_at: datetime
    next_attempt_at: datetime | None = Field(description="When the next attempt is made, after a failed one.")
    last_attempt_at: datetime | None
    last_success_at: datetime | None
    last_error: str | None = Field(examples=[None], description="Why the last attempt failed.")
    disabled_at: datetime | None
    disabled_reason: DisabledReason | None
    previous_secret_ends_at: datetime | None = Field(description="Until when the old secret signs too.")

    @classmethod
    def of(cls, given: WebhookStatus) -> "WebhookResponse":
        """Return the webhook as it is sent, without its secrets."""
        webhook = given.webhook
        waits = given.state is WebhookState.WAITING
        return cls(
            id=webhook.id,
            url=webhook.url,
            types=None if webhook.types is None else sorted(webhook.types),
            state=given.state,
            behind=given.behind,
            failures=webhook.failures,
            created_at=webhook.created_at,
            next_attempt_at=webhook.due_at if waits else None,
            last_attempt_at=webhook.last_attempt_at,
            last_success_at=webhook.last_success_at,
            last_error=webhook.last_error,
            disabled_at=webhook.disabled_at,
            disabled_reason=webhook.disabled_reason,
            previous_secret_ends_at=webhook.previous_secret_ends_at,
        )


class WebhookSecretResponse(BaseModel):
    """A new secret, which is not shown again."""

    id: str = Field(examples=[_AN_ID])
    secret: str = Field(examples=[_A_SECRET], repr=False)

    @classmethod
    def of(cls, new: NewWebhook) -> "WebhookSecretResponse":
        """Return the id and the secret in clear text."""
        return cls(id=new.webhook.id, secret=new.secret)


class TestMessageResponse(BaseModel):
    """What became of a test message."""

    delivered: bool = Field(examples=[True])
    status: int | None = Field(examples=[204], description="The status of the response, if there is one.")
    error: str | None = Field(examples=[None], description="Why it was not delivered.")


_ONE = problems(*PRINCIPAL_ERRORS, WebhookNotFound)
_ONE_WITH_BODY = problems(*PRINCIPAL_ERRORS, WebhookNotFound, body=True)


@router.get("", summary="List all webhooks", responses=problems(*PRINCIPAL_ERRORS))
async def list_webhooks(acting: PrincipalDep, container: ContainerDep) -> list[WebhookResponse]:
    """List all webhooks, at most 50, the oldest first. Needs `fastauth:webhooks.read`."""
    return [WebhookResponse.of(each) for each in await container.list_webhooks()(acting=acting)]


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Create a webhook",
    responses=problems(*PRINCIPAL_ERRORS, TooManyWebhooks, body=True),
)
async def create_webhook(
    body: CreateWebhookRequest, acting: PrincipalDep, container: ContainerDep
) -> WebhookSecretResponse:
    """Create a webhook. It is sent the events that happen from now on. Needs `fastauth:webhooks.write`."""
    new = await container.create_webhook()(acting=acting, url=body.url, types=body.types)
    return WebhookSecretResponse.of(new)


@router.get("/{webhook_id}", summary="Get a webhook", responses=_ONE)
async def get_webhook(webhook_id: str, acting: PrincipalDep, container: ContainerDep) -> WebhookResponse:
    """Return a webhook and what it does. Needs `fastauth:webhooks.read`."""
    return WebhookResponse.of(await container.get_webhook()(acting=acting, webhook_id=webhook_id))


@router.patch("/{webhook_id}", **NO_CONTENT, summary="Change a webhook", responses=_ONE_WITH_BODY)
async def change_webhook(
    webhook_id: str, body: ChangeWebhookRequest, acting: PrincipalDep, container: ContainerDep
) -> None:
    """Replace the URL or the types. Needs `fastauth:webhooks.write`."""
    if "url" in body.model_fields_set and body.url is None:
        raise InvalidInput(Violation("url", "not_allowed", "Must not be null."))
    await container.change_webhook()(
        acting=acting,
        webhook_id=webhook_id,
        url=body.url,
        types=body.types,
        all_types="types" in body.model_fields_set and body.types is None,
    )


@router.delete("/{webhook_id}", **NO_CONTENT, summary="Delete a webhook", responses=_ONE)
async def remove_webhook(webhook_id: str, acting: PrincipalDep, container: ContainerDep) -> None:
    """Delete a webhook. A message under way may still arrive. Needs `fastauth:webhooks.write`."""
    await container.remove_webhook()(acting=acting, webhook_id=webhook_id)


@router.post("/{webhook_id}/disable", **NO_CONTENT, summary="Stop a webhook", responses=_ONE)
async def disable_webhook(webhook_id: str, acting: PrincipalDep, container: ContainerDep) -> None:
    """Stop sending. The webhook keeps its place in the feed. Needs `fastauth:webhooks.write`."""
    await container.disable_webhook()(acting=acting, webhook_id=webhook_id)


@router.post("/{webhook_id}/resume", **NO_CONTENT, summary="Resume a webhook", responses=_ONE)
async def resume_webhook(webhook_id: str, acting: PrincipalDep, container: ContainerDep) -> None:
    """Send again, from the first event that the receiver has not had. Needs `fastauth:webhooks.write`."""
    await container.resume_webhook()(acting=acting, webhook_id=webhook_id)


@router.post("/{webhook_id}/secret", summary="Rotate the secret of a webhook", responses=_ONE_WITH_BODY)
async def rotate_webhook_secret(
    webhook_id: str, body: RotateWebhookSecretRequest, acting: PrincipalDep, container: ContainerDep
) -> WebhookSecretResponse:
    """Make a new secret. The old one signs too for 24 hours. Needs `fastauth:webhooks.write`."""
    rotate = container.rotate_webhook_secret()
    return WebhookSecretResponse.of(await rotate(acting=acting, webhook_id=webhook_id, at_once=body.at_once))


@test_router.post("/{webhook_id}/test", summary="Send a test message", responses=_ONE)
async def send_test_message(
    webhook_id: str, acting: PrincipalDep, container: ContainerDep
) -> TestMessageResponse:
    """Send a message of the type `webhook.test`, and wait up to 10 s. Needs `fastauth:webhooks.write`."""
    attempt = await container.send_test_message()(acting=acting, webhook_id=webhook_id)
    return TestMessageResponse(
        delivered=attempt.is_delivered, status=attempt.status, error=attempt.error or None
    )
