"""A browser in which an administrator is logged in, and the accounts that it looks at."""

import httpx2
from tests.account_helpers import OwnBrowser

from fastauth.domain.accounts.user import UserId
from fastauth.entrypoints.container import Container


async def an_account(container: Container, username: str, *roles: str) -> UserId:
    """Register a user, give them roles, and return their id."""
    await container.register_user()(username=username, password="sntsh", fullname=username, address=None)
    for role in roles:
        await container.grant_role()(username=username, role=role)
    return (await container.find_user()(username=username)).id


async def log_in_as(client: httpx2.AsyncClient, username: str) -> OwnBrowser:
    browser = OwnBrowser(client)
    await browser.log_in(username=username)
    browser.token = await browser.csrf_token()
    return browser
