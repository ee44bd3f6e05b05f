"""``/admin/roles``: roles and their permissions."""

from fastapi import APIRouter, Response, status
from pydantic import BaseModel, Field

from fastauth.domain.administration.errors import BuiltInRole
from fastauth.domain.delegation.errors import OwnAccount, PermissionNotHeld
from fastauth.domain.roles.errors import RoleNotFound, RolesInUse, TooManyPermissions
from fastauth.domain.roles.role import Role
from fastauth.entrypoints.http.dependencies import PRINCIPAL_ERRORS, ContainerDep, PrincipalDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.openapi import NO_CONTENT
from fastauth.entrypoints.http.path_ids import RoleDep
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(prefix="/admin/roles", tags=["administration"], route_class=StrictJSONRoute)


class DefineRoleRequest(BaseModel):
    """What a role is to contain."""

    permissions: list[str] = Field(examples=[["orders:read"]])
    description: str = Field(default="", examples=["Reads orders"])


class RoleResponse(BaseModel):
    """A role."""

    name: str = Field(examples=["clerk"])
    description: str = Field(examples=["Reads orders"])
    permissions: list[str] = Field(examples=[["orders:read"]])
    built_in: bool = Field(description="Whether the service defines it. Such a role cannot be changed.")

    @classmethod
    def of(cls, role: Role) -> "RoleResponse":
        """Return the role as it is sent."""
        return cls(
            name=role.name,
            description=role.description,
            permissions=sorted(role.permissions),
            built_in=role.built_in,
        )


@router.get("", summary="List all roles", responses=problems(*PRINCIPAL_ERRORS))
async def list_roles(acting: PrincipalDep, container: ContainerDep) -> list[RoleResponse]:
    """List all roles, built-in ones too, in the order of their names. Needs `fastauth:roles.read`."""
    return [RoleResponse.of(role) for role in await container.list_roles()(acting=acting)]


@router.get("/{role}", summary="Get a role", responses=problems(*PRINCIPAL_ERRORS, RoleNotFound))
async def get_role(role: RoleDep, acting: PrincipalDep, container: ContainerDep) -> RoleResponse:
    """Return a role with its permissions. Needs `fastauth:roles.read`."""
    return RoleResponse.of(await container.get_role()(acting=acting, name=role))


@router.put(
    "/{role}",
    summary="Create or change a role",
    responses={
        **problems(
            *PRINCIPAL_ERRORS, OwnAccount, PermissionNotHeld, BuiltInRole, TooManyPermissions, body=True
        ),
        201: {"model": RoleResponse, "description": "The role is new."},
    },
)
async def define_role(
    role: str, body: DefineRoleRequest, response: Response, acting: PrincipalDep, container: ContainerDep
) -> RoleResponse:
    """Create a role, or replace permissions and description of one. Needs `fastauth:roles.write`.

    Access tokens of a role that loses a permission are revoked.
    """
    defined, is_new = await container.define_role()(
        acting=acting, name=role, description=body.description, permissions=body.permissions
    )
    if is_new:
        response.status_code = status.HTTP_201_CREATED
    return RoleResponse.of(defined)


@router.delete(
    "/{role}",
    **NO_CONTENT,
    summary="Delete a role",
    responses=problems(*PRINCIPAL_ERRORS, PermissionNotHeld, RoleNotFound, BuiltInRole, RolesInUse),
)
async def delete_role(role: RoleDep, acting: PrincipalDep, container: ContainerDep) -> None:
    """Delete a role that no user has. Needs `fastauth:roles.write`."""
    await container.delete_role()(acting=acting, name=role)
