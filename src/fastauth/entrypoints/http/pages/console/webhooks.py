"""``/console/webhooks``: where events are sent."""

from collections.abc import Mapping
from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.application.webhooks.create_webhook import NewWebhook
from fastauth.domain.errors import FastauthError
from fastauth.domain.event_feed.published_event import PublishedType
from fastauth.domain.roles.permissions import WRITE_WEBHOOKS
from fastauth.domain.webhooks.delivery import Attempt
from fastauth.domain.webhooks.webhook import MAX_WEBHOOKS
from fastauth.entrypoints.http.pages.console.acts import Act, Acts
from fastauth.entrypoints.http.pages.console.console_page import ConsolePage, ConsolePageDep
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/console/webhooks", route_class=PageRoute, include_in_schema=False)
new_router = APIRouter(prefix="/console/new-webhook", route_class=PageRoute, include_in_schema=False)
TYPES = tuple(each.value for each in PublishedType)
FIELDS = ("url", *TYPES)
"""Each type of event has a box."""


@router.api_route("", methods=["GET", "HEAD"])
async def list_webhooks(page: ConsolePageDep) -> Response:
    """Return all webhooks, which are at most `MAX_WEBHOOKS`."""
    found = await page.container.list_webhooks()(acting=page.acting)
    has_room = len(found) < MAX_WEBHOOKS
    return page.show("webhooks.html", section="webhooks", webhooks=found, has_room=has_room)


@new_router.api_route("", methods=["GET", "HEAD"])
async def show_new(page: ConsolePageDep) -> Response:
    """Return the form for a new webhook."""
    page.check_may_act(WRITE_WEBHOOKS)
    return await _form(page, {"url": ""})


@new_router.post("")
async def create(page: ConsolePageDep) -> Response:
    """Create a webhook, and show its secret once."""
    given = await page.fields(*FIELDS)
    page.check_may_act(WRITE_WEBHOOKS)
    return await page.attempt_once(
        partial(
            page.container.create_webhook(),
            acting=page.acting,
            url=given["url"].strip(),
            types=_types(given) or None,
        ),
        permission=WRITE_WEBHOOKS,
        done=lambda new: _secret(page, new),
        refused=lambda error: _form(page, given, error=error),
    )


@router.api_route("/{webhook_id}", methods=["GET", "HEAD"])
async def show_webhook(page: ConsolePageDep, webhook_id: str) -> Response:
    """Return a webhook and what it does."""
    return await _webhook_page(page, webhook_id)


@router.api_route("/{webhook_id}/edit", methods=["GET", "HEAD"])
async def show_edit(page: ConsolePageDep, webhook_id: str) -> Response:
    """Return the form for the URL and the types of events."""
    page.check_may_act(WRITE_WEBHOOKS)
    webhook = (await page.container.get_webhook()(acting=page.acting, webhook_id=webhook_id)).webhook
    return await _form(page, {"url": webhook.url, **dict.fromkeys(webhook.types or (), "on")}, webhook_id)


@router.post("/{webhook_id}/edit")
async def edit(page: ConsolePageDep, webhook_id: str) -> Response:
    """Replace the URL and the types of events."""
    given = await page.fields(*FIELDS)
    page.check_may_act(WRITE_WEBHOOKS)
    types = _types(given)
    return await page.attempt(
        page.container.change_webhook()(
            acting=page.acting,
            webhook_id=webhook_id,
            url=given["url"].strip(),
            types=types,
            all_types=not types,
        ),
        done=lambda _: page.lead_to(f"/webhooks/{webhook_id}", done="webhooks.edit"),
        refused=lambda error: _form(page, given, webhook_id, error),
    )


@router.post("/{webhook_id}/rotate-secret")
async def rotate_secret(page: ConsolePageDep, webhook_id: str) -> Response:
    """Make a new secret, and show it once."""
    (at_once,) = await page.form("at_once")
    page.check_may_act(WRITE_WEBHOOKS)
    return await page.attempt_once(
        partial(
            page.container.rotate_webhook_secret(),
            acting=page.acting,
            webhook_id=webhook_id,
            at_once=bool(at_once),
        ),
        permission=WRITE_WEBHOOKS,
        done=lambda new: _secret(page, new),
        refused=lambda error: _webhook_page(page, webhook_id, error),
    )


@router.post("/{webhook_id}/test")
async def send_test_message(page: ConsolePageDep, webhook_id: str) -> Response:
    """Send a test message, and show what became of it. The receiver has ten seconds."""
    await page.form()
    page.check_may_act(WRITE_WEBHOOKS)
    attempt = await page.container.send_test_message()(acting=page.acting, webhook_id=webhook_id)
    return await _webhook_page(page, webhook_id, attempt=attempt)


@router.api_route("/{webhook_id}/{act}", methods=["GET", "HEAD"])
async def ask(page: ConsolePageDep, webhook_id: str, act: str) -> Response:
    """Return what an act means, and a button."""
    return await ACTS.ask(page, webhook_id, act)


@router.post("/{webhook_id}/{act}")
async def do(page: ConsolePageDep, webhook_id: str, act: str) -> Response:
    """Do it, and lead back to the webhook or to the list."""
    return await ACTS.do(page, webhook_id, act)


def _types(given: Mapping[str, str]) -> list[str]:
    return [each for each in TYPES if given.get(each)]


async def _describe(page: ConsolePage, webhook_id: str) -> dict[str, object]:
    found = await page.container.get_webhook()(acting=page.acting, webhook_id=webhook_id)
    return {"webhook": found.webhook}


async def _webhook_page(
    page: ConsolePage,
    webhook_id: str,
    error: FastauthError | None = None,
    *,
    attempt: Attempt | None = None,
) -> Response:
    found = await page.container.get_webhook()(acting=page.acting, webhook_id=webhook_id)
    now = page.container.clock().now()
    return page.show(
        "webhook.html",
        error=error,
        section="webhooks",
        found=found,
        webhook=found.webhook,
        attempt=attempt,
        has_two_secrets=len(found.webhook.sealed_secrets(now)) > 1,
        may_write=page.may(WRITE_WEBHOOKS),
    )


async def _form(
    page: ConsolePage,
    given: Mapping[str, str],
    webhook_id: str | None = None,
    error: FastauthError | None = None,
) -> Response:
    """Return the form for a new webhook, or for the one of the id."""
    webhook = (await _describe(page, webhook_id))["webhook"] if webhook_id is not None else None
    return page.show(
        "webhook_form.html",
        error=error,
        section="webhooks",
        webhook=webhook,
        url=given["url"],
        chosen=_types(given),
        types=TYPES,
    )


def _secret(page: ConsolePage, new: NewWebhook) -> Response:
    return page.show(
        "secret.html", section="webhooks", name=new.webhook.id, public_id=new.webhook.id, secret=new.secret
    )


ACTS = Acts(
    section="webhooks",
    permission=WRITE_WEBHOOKS,
    parameter="webhook_id",
    template="webhook_act.html",
    acts={
        "rotate-secret": Act(asks=True),
        "disable": Act(use_case=lambda container: container.disable_webhook(), asks=True),
        "resume": Act(use_case=lambda container: container.resume_webhook()),
        "remove": Act(use_case=lambda container: container.remove_webhook(), asks=True, ends=True),
    },
    describe=_describe,
    refused=_webhook_page,
)
