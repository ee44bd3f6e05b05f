"""Check that an account can administer the service."""

from fastauth.domain.administration.user_search import UserFilter, UserPlace
from fastauth.domain.roles.role import ADMIN
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, ok, warn

SUBJECT = "administrators"


async def administrators(container: Container) -> list[Finding]:
    """Look for enabled accounts that have the role ``admin``: two are enough."""
    wanted, found = UserFilter(role=ADMIN.name, disabled=False), 0
    place: UserPlace | None = None
    while found < 2:  # noqa: PLR2004  see above
        page = await container.user_search().page(wanted, after=place, limit=2)
        found += len(page.users)
        place = page.next
        if place is None:
            break
    if found == 0:
        remedy = "fastauth users grant NAME admin"
        return [warn(SUBJECT, "no enabled account has the role admin", remedy=remedy)]
    if found == 1:
        return [ok(SUBJECT, "one, whom no other administrator can help")]
    return [ok(SUBJECT, "two or more")]
