"""``/console/roles``: roles and their permissions."""

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.domain.errors import FastauthError
from fastauth.domain.roles.permissions import WRITE_ROLES
from fastauth.entrypoints.http.pages.console.acts import Act, Acts
from fastauth.entrypoints.http.pages.console.console_page import ConsolePage, ConsolePageDep
from fastauth.entrypoints.http.pages.routing import PageRoute
from fastauth.entrypoints.http.path_ids import RoleDep

router = APIRouter(prefix="/console/roles", route_class=PageRoute, include_in_schema=False)
new_router = APIRouter(prefix="/console/new-role", route_class=PageRoute, include_in_schema=False)


@router.api_route("", methods=["GET", "HEAD"])
async def list_roles(page: ConsolePageDep) -> Response:
    """Return all roles."""
    roles = await page.container.list_roles()(acting=page.acting)
    return page.show("roles.html", section="roles", roles=roles)


@new_router.api_route("", methods=["GET", "HEAD"])
async def show_new(page: ConsolePageDep) -> Response:
    """Return the form for a new role."""
    page.check_may_act(WRITE_ROLES)
    return _form(page, name="", description="", permissions="", is_new=True)


@new_router.post("")
async def create(page: ConsolePageDep) -> Response:
    """Create a role, or lead to the one that has the name already."""
    name, description, permissions = await page.form("name", "description", "permissions")
    name = name.strip()
    if name in {each.name for each in await page.container.list_roles()(acting=page.acting)}:
        return page.lead_to(f"/roles/{name}", done="role_exists")
    return await _define(page, name, description, permissions, is_new=True)


@router.api_route("/{role}", methods=["GET", "HEAD"])
async def show_role(page: ConsolePageDep, role: RoleDep) -> Response:
    """Return a role with its permissions."""
    return await _role_page(page, role)


@router.api_route("/{role}/edit", methods=["GET", "HEAD"])
async def show_edit(page: ConsolePageDep, role: RoleDep) -> Response:
    """Return the form for what the role allows."""
    page.check_may_act(WRITE_ROLES)
    found = await page.container.get_role()(acting=page.acting, name=role)
    permissions = "\n".join(sorted(found.permissions))
    return _form(page, name=role, description=found.description, permissions=permissions, is_new=False)


@router.post("/{role}/edit")
async def edit(page: ConsolePageDep, role: RoleDep) -> Response:
    """Replace what the role allows."""
    description, permissions = await page.form("description", "permissions")
    return await _define(page, role, description, permissions, is_new=False)


@router.api_route("/{role}/delete", methods=["GET", "HEAD"])
async def ask_to_delete(page: ConsolePageDep, role: RoleDep) -> Response:
    """Return what the deletion means, and a button."""
    return await ACTS.ask(page, role, "delete")


@router.post("/{role}/delete")
async def delete(page: ConsolePageDep, role: RoleDep) -> Response:
    """Delete the role."""
    return await ACTS.do(page, role, "delete")


async def _describe(page: ConsolePage, name: str) -> dict[str, object]:
    return {"role": await page.container.get_role()(acting=page.acting, name=name)}


async def _role_page(page: ConsolePage, name: str, error: FastauthError | None = None) -> Response:
    role = await page.container.get_role()(acting=page.acting, name=name)
    may_write = page.may(WRITE_ROLES) and not role.built_in and page.authority.covers(role.permissions)
    return page.show("role.html", error=error, section="roles", role=role, may_write=may_write)


async def _define(
    page: ConsolePage, name: str, description: str, permissions: str, *, is_new: bool
) -> Response:
    """Store the role, or return the form with the reason of a refusal."""
    page.check_may_act(WRITE_ROLES)
    given = {"name": name, "description": description}

    async def again(error: FastauthError) -> Response:
        return _form(page, **given, permissions=permissions, is_new=is_new, error=error)

    return await page.attempt(
        page.container.define_role()(acting=page.acting, **given, permissions=permissions.split()),
        done=lambda _: page.lead_to(f"/roles/{name}", done="role_saved"),
        refused=again,
    )


def _form(  # noqa: PLR0913  what the form shows
    page: ConsolePage,
    *,
    name: str,
    description: str,
    permissions: str,
    is_new: bool,
    error: FastauthError | None = None,
) -> Response:
    return page.show(
        "role_form.html",
        error=error,
        section="roles",
        name=name,
        description=description,
        lines=permissions.split(),
        is_new=is_new,
    )


ACTS = Acts(
    section="roles",
    permission=WRITE_ROLES,
    parameter="name",
    template="role_act.html",
    acts={"delete": Act(use_case=lambda container: container.delete_role(), asks=True, ends=True)},
    describe=_describe,
    refused=_role_page,
)
