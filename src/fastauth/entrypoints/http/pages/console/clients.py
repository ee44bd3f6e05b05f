"""``/console/clients``: OAuth clients. The answer that makes a secret shows it, and no other page does."""

from collections.abc import Mapping
from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.application.clients.client_changes import CreatedClient
from fastauth.domain.clients.client_id import ClientId
from fastauth.domain.errors import FastauthError
from fastauth.domain.roles.permissions import WRITE_CLIENTS
from fastauth.domain.roles.role import NOT_FOR_MACHINES
from fastauth.entrypoints.http.pages.console.acts import Act, Acts
from fastauth.entrypoints.http.pages.console.console_page import PAGE_SIZE, ConsolePage, ConsolePageDep
from fastauth.entrypoints.http.pages.routing import PageRoute
from fastauth.entrypoints.http.path_ids import ClientIdDep

router = APIRouter(prefix="/console/clients", route_class=PageRoute, include_in_schema=False)
new_router = APIRouter(prefix="/console/new-client", route_class=PageRoute, include_in_schema=False)
NEW = {"name": "", "permissions": "", "audiences": ""}
CHANGED = ("permissions", "audiences")


@router.api_route("", methods=["GET", "HEAD"])
async def list_clients(page: ConsolePageDep) -> Response:
    """Return the clients in the order of their names, page by page."""
    query = page.query("after")
    search = page.container.list_clients()(acting=page.acting, after=query["after"] or None, limit=PAGE_SIZE)
    found, error = await page.find(search)
    return page.show("clients.html", error=error, section="clients", found=found, query=query)


@new_router.api_route("", methods=["GET", "HEAD"])
async def show_new(page: ConsolePageDep) -> Response:
    """Return the form for a new client."""
    page.check_may_act(WRITE_CLIENTS)
    return await _form(page, NEW)


@new_router.post("")
async def create(page: ConsolePageDep) -> Response:
    """Create a client, and show its secret once."""
    given = await page.fields(*NEW)
    page.check_may_act(WRITE_CLIENTS)
    return await page.attempt_once(
        partial(
            page.container.create_client_by_admin(),
            acting=page.acting,
            name=given["name"].strip(),
            permissions=given["permissions"].split(),
            audiences=given["audiences"].split(),
        ),
        permission=WRITE_CLIENTS,
        done=lambda created: _secret(page, created),
        refused=lambda error: _form(page, given, error=error),
    )


@router.api_route("/{client_id}", methods=["GET", "HEAD"])
async def show_client(page: ConsolePageDep, client_id: ClientIdDep) -> Response:
    """Return a client with its permissions, and the times of its secrets."""
    return await _client_page(page, client_id)


@router.api_route("/{client_id}/edit", methods=["GET", "HEAD"])
async def show_edit(page: ConsolePageDep, client_id: ClientIdDep) -> Response:
    """Return the form for permissions and audiences."""
    page.check_may_act(WRITE_CLIENTS)
    client = (await page.container.get_client()(acting=page.acting, client_id=client_id)).client
    given = {"permissions": " ".join(sorted(client.permissions)), "audiences": " ".join(client.audiences)}
    return await _form(page, given, client_id)


@router.post("/{client_id}/edit")
async def edit(page: ConsolePageDep, client_id: ClientIdDep) -> Response:
    """Replace permissions and audiences."""
    given = await page.fields(*CHANGED)
    page.check_may_act(WRITE_CLIENTS)
    return await page.attempt(
        page.container.change_client_by_admin()(
            acting=page.acting,
            client_id=client_id,
            permissions=given["permissions"].split(),
            audiences=given["audiences"].split(),
        ),
        done=lambda _: page.lead_to(f"/clients/{client_id}", done="clients.edit"),
        refused=lambda error: _form(page, given, client_id, error),
    )


@router.post("/{client_id}/rotate-secret")
async def rotate_secret(page: ConsolePageDep, client_id: ClientIdDep) -> Response:
    """Make a new secret, and show it once."""
    (at_once,) = await page.form("at_once")
    page.check_may_act(WRITE_CLIENTS)
    return await page.attempt_once(
        partial(
            page.container.rotate_client_secret_by_admin(),
            acting=page.acting,
            client_id=client_id,
            at_once=bool(at_once),
        ),
        permission=WRITE_CLIENTS,
        done=lambda rotated: _secret(page, rotated),
        refused=lambda error: _client_page(page, client_id, error),
    )


@router.api_route("/{client_id}/{act}", methods=["GET", "HEAD"])
async def ask(page: ConsolePageDep, client_id: ClientIdDep, act: str) -> Response:
    """Return what an act means, and a button."""
    return await ACTS.ask(page, client_id, act)


@router.post("/{client_id}/{act}")
async def do(page: ConsolePageDep, client_id: ClientIdDep, act: str) -> Response:
    """Do it, and lead back to the client or to the list."""
    return await ACTS.do(page, client_id, act)


async def _describe(page: ConsolePage, client_id: ClientId) -> dict[str, object]:
    found = await page.container.get_client()(acting=page.acting, client_id=client_id)
    return {"client": found.client}


async def _client_page(
    page: ConsolePage, client_id: ClientId, error: FastauthError | None = None
) -> Response:
    found = await page.container.get_client()(acting=page.acting, client_id=client_id)
    is_within = page.authority.covers(found.client.permissions)
    now = page.container.clock().now()
    return page.show(
        "client.html",
        error=error,
        section="clients",
        client=found.client,
        secrets=[each for each in found.secrets if each.is_valid(now)],
        is_within=is_within,
        may_write=page.may(WRITE_CLIENTS) and is_within,
        may_rotate=not found.client.permissions & NOT_FOR_MACHINES,
    )


async def _form(
    page: ConsolePage,
    given: Mapping[str, str],
    client_id: ClientId | None = None,
    error: FastauthError | None = None,
) -> Response:
    """Return the form for a new client, or for the one of the id."""
    client = None
    if client_id is not None:
        client = (await page.container.get_client()(acting=page.acting, client_id=client_id)).client
    lines = {name: given[name].split() for name in CHANGED}
    return page.show(
        "client_form.html", error=error, section="clients", client=client, name=given.get("name", ""), **lines
    )


def _secret(page: ConsolePage, created: CreatedClient) -> Response:
    return page.show(
        "secret.html",
        section="clients",
        name=created.client.name,
        public_id=created.client.id,
        secret=created.secret.text,
    )


ACTS = Acts(
    section="clients",
    permission=WRITE_CLIENTS,
    parameter="client_id",
    template="client_act.html",
    acts={
        "rotate-secret": Act(asks=True),
        "disable": Act(
            use_case=lambda container: partial(container.change_client_by_admin(), disabled=True), asks=True
        ),
        "enable": Act(use_case=lambda container: partial(container.change_client_by_admin(), disabled=False)),
        "remove": Act(use_case=lambda container: container.remove_client_by_admin(), asks=True, ends=True),
    },
    describe=_describe,
    refused=_client_page,
)
