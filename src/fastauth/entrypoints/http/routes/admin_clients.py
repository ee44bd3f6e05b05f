"""``/admin/clients``: OAuth 2.0 clients."""

from fastapi import APIRouter, Request, Response, status

from fastauth.application.clients.list_clients import DEFAULT_LIMIT, MAX_LIMIT
from fastauth.domain.clients.errors import ClientExists, ClientNotFound
from fastauth.domain.delegation.errors import MorePrivileged, PermissionNotHeld
from fastauth.domain.roles.permissions import WRITE_CLIENTS
from fastauth.entrypoints.http.client_models import (
    ChangeClientRequest,
    ClientResponse,
    ClientSecretResponse,
    CreateClientRequest,
    RegisteredClientResponse,
    RotateSecretRequest,
)
from fastauth.entrypoints.http.dependencies import PRINCIPAL_ERRORS, ContainerDep, PrincipalDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.openapi import NO_CONTENT
from fastauth.entrypoints.http.pagination import PAGE_HEADERS, next_link, page_parameters, parse_limit
from fastauth.entrypoints.http.path_ids import ClientIdDep
from fastauth.entrypoints.http.query import QueryValues, query_parameters, single_values
from fastauth.entrypoints.http.repeatable_route import RepeatableRoute

router = APIRouter(
    prefix="/admin/clients", tags=["administration"], route_class=RepeatableRoute.needing(WRITE_CLIENTS)
)


@router.get(
    "",
    summary="List clients",
    responses={**problems(*PRINCIPAL_ERRORS, query=True), 200: PAGE_HEADERS},
    openapi_extra=query_parameters(**page_parameters(default=DEFAULT_LIMIT, maximum=MAX_LIMIT)),
)
async def list_clients(  # noqa: PLR0913, PLR0917  a parameter of FastAPI each
    request: Request,
    response: Response,
    acting: PrincipalDep,
    container: ContainerDep,
    limit: QueryValues = None,
    after: QueryValues = None,
) -> list[RegisteredClientResponse]:
    """List the clients in the order of their names. Needs `fastauth:clients.read`."""
    values = single_values(request, limit=limit, after=after)
    wanted = parse_limit(values.get("limit"), default=DEFAULT_LIMIT, maximum=MAX_LIMIT)
    page = await container.list_clients()(acting=acting, after=values.get("after"), limit=wanted)
    if page.next:
        response.headers["Link"] = next_link(values, page.next)
    return [RegisteredClientResponse.registered(each) for each in page.items]


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Create a client",
    responses=problems(*PRINCIPAL_ERRORS, PermissionNotHeld, ClientExists, body=True),
)
async def create_client_by_admin(
    body: CreateClientRequest, acting: PrincipalDep, container: ContainerDep
) -> ClientSecretResponse:
    """Create a client with permissions that the caller holds. Needs `fastauth:clients.write`."""
    created = await container.create_client_by_admin()(
        acting=acting, name=body.name, permissions=body.permissions, audiences=body.audiences
    )
    return ClientSecretResponse.of(created)


@router.get("/{client_id}", summary="Get a client", responses=problems(*PRINCIPAL_ERRORS, ClientNotFound))
async def get_client(
    acting: PrincipalDep, client_id: ClientIdDep, container: ContainerDep
) -> RegisteredClientResponse:
    """Return a client. Needs `fastauth:clients.read`."""
    found = await container.get_client()(acting=acting, client_id=client_id)
    return RegisteredClientResponse.registered(found)


@router.patch(
    "/{client_id}",
    summary="Change a client",
    responses=problems(*PRINCIPAL_ERRORS, ClientNotFound, MorePrivileged, PermissionNotHeld, body=True),
)
async def change_client_by_admin(
    acting: PrincipalDep, client_id: ClientIdDep, body: ChangeClientRequest, container: ContainerDep
) -> ClientResponse:
    """Replace permissions or audiences of a client, disable or enable it. Needs `fastauth:clients.write`.

    Tokens of a client that is disabled or loses a permission are revoked.
    """
    changed = await container.change_client_by_admin()(
        acting=acting,
        client_id=client_id,
        permissions=body.permissions,
        audiences=body.audiences,
        disabled=body.disabled,
    )
    return ClientResponse.of(changed)


@router.post(
    "/{client_id}/rotate-secret",
    summary="Give a client a new secret",
    responses=problems(*PRINCIPAL_ERRORS, ClientNotFound, MorePrivileged, body=True),
)
async def rotate_client_secret_by_admin(
    acting: PrincipalDep, client_id: ClientIdDep, body: RotateSecretRequest, container: ContainerDep
) -> ClientSecretResponse:
    """Make a new secret; the old one ends in 24 hours, or at once with all tokens.

    Needs `fastauth:clients.write`.
    """
    rotated = await container.rotate_client_secret_by_admin()(
        acting=acting, client_id=client_id, at_once=body.at_once
    )
    return ClientSecretResponse.of(rotated)


@router.delete(
    "/{client_id}",
    **NO_CONTENT,
    summary="Remove a client",
    responses=problems(*PRINCIPAL_ERRORS, ClientNotFound, MorePrivileged),
)
async def remove_client_by_admin(
    acting: PrincipalDep, client_id: ClientIdDep, container: ContainerDep
) -> None:
    """Remove a client with its secrets, and revoke its tokens. Needs `fastauth:clients.write`."""
    await container.remove_client_by_admin()(acting=acting, client_id=client_id)
