"""Roles and permissions of a user as one value of a statement, so that they cost no further statement."""

from sqlalchemy import ColumnElement, func, literal_column, select

from fastauth.adapters.sql.roles.tables import role_permission, user_role
from fastauth.domain.roles.role import Grants

# Short aliases and literals keep the statements below the 4096 characters that psycopg prepares.
_held, _contained = user_role.alias("h"), role_permission.alias("p")
_permission = func.coalesce(_contained.c.permission, literal_column("''"))
_pairs = func.aggregate_strings(_held.c.role + literal_column("' '") + _permission, ",")


def grants_column(user_id: ColumnElement[int]) -> ColumnElement[str]:
    """Return a scalar subquery: ``role permission`` for each permission, with commas; NULL without roles."""
    return (
        select(_pairs)
        .select_from(_held.outerjoin(_contained, _contained.c.role == _held.c.role))
        .where(_held.c.user_id == user_id)
        .scalar_subquery()
        .label("grants")
    )


def parse_grants(pairs: str | None) -> Grants:
    """Return the value of `grants_column` as an object."""
    if not pairs:
        return Grants()
    split = [pair.split(" ") for pair in pairs.split(",")]
    roles = sorted({role for role, _ in split})
    return Grants(tuple(roles), tuple(sorted({permission for _, permission in split if permission})))
