"""The two modes as clients see them."""

import json
import re
from typing import Any

import httpx2
from tests.application import fakes_over
from tests.builders import a_registration
from tests.component.settings.production_settings import FIT, in_production
from tests.container_pool import a_container
from tests.fakes import FakePasswordHasher, FakeStorage

from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings


async def client_of(settings: Settings) -> httpx2.AsyncClient:
    container = a_container(settings=settings, **fakes_over(FakeStorage(), FakePasswordHasher()))
    await container.rotate_keys()()
    transport = httpx2.ASGITransport(create_app(container), raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="https://auth.example")


GOOD = a_registration(password="a password of nobody else")


CREDENTIALS = {"username": GOOD["username"], "password": GOOD["password"]}


REQUESTS: list[tuple[str, str, object]] = [
    ("GET", "/nothing-here", None),
    ("GET", "/ping", None),
    ("GET", "/health/live", None),
    ("GET", "/health/ready", None),
    ("POST", "/users/register", GOOD),
    ("POST", "/users/register", GOOD),
    ("POST", "/users/register", {"username": "san tosh", "password": "", "fullname": ""}),
    ("POST", "/users/register", []),
    ("DELETE", "/users/register", None),
    ("POST", "/users/register/passkey/options", {"username": "ann", "fullname": "Ann"}),
    ("POST", "/users/register/passkey", {"token": "fa_wc_none", "credential": {}}),
    ("POST", "/sessions", {"username": GOOD["username"], "password": "another"}),
    ("POST", "/sessions", CREDENTIALS),
    ("POST", "/sessions/second-factor", {"challenge": "fa_mf_none", "method": "totp", "code": "123456"}),
    ("POST", "/sessions/current/step-up", {"password": "another"}),
    ("POST", "/sessions/current/step-up/passkey", None),
    ("POST", "/sessions/passkey/options", None),
    ("POST", "/sessions/passkey", {"token": "fa_wg_none", "credential": {}}),
    ("POST", "/sessions/second-factor/passkey", {"challenge": "fa_mf_none"}),
    ("POST", "/sessions/current/step-up", {"method": "totp", "code": "123456"}),
    ("POST", "/sessions/refresh", {"refresh_token": "fa_rt_none"}),
    ("POST", "/sessions/exchange", {"code": "fa_lc_none", "code_verifier": "x"}),
    ("GET", "/users/me", None),
    ("PATCH", "/users/me", {"fullname": "Somebody Else"}),
    ("PUT", "/users/me/email", {"email": "santosh@example.com"}),
    ("POST", "/users/me/email/resend", None),
    ("POST", "/users/me/email/verify", {"token": "fa_ev_none"}),
    ("POST", "/users/me/email/undo", {"token": "fa_eu_none"}),
    ("DELETE", "/users/me/email", None),
    ("POST", "/users/me/export", None),
    ("DELETE", "/users/me", {"confirm": "nobody"}),
    ("POST", "/users/keep", {"token": "fa_ue_none"}),
    ("POST", "/password-resets", {"identifier": "santosh"}),
    ("POST", "/password-resets/complete", {"token": "fa_pr_none", "new_password": "of nobody else three"}),
    ("PUT", "/users/me/password", {"current_password": "another", "new_password": "of nobody else too"}),
    ("POST", "/users/me/password", {"new_password": "of nobody else four"}),
    ("DELETE", "/users/me/password", None),
    ("GET", "/users/me/second-factors", None),
    ("POST", "/users/me/totp", None),
    ("POST", "/users/me/totp/confirm", {"code": "123456"}),
    ("DELETE", "/users/me/totp", None),
    ("POST", "/users/me/recovery-codes", None),
    ("POST", "/users/me/api-keys", {"name": "", "scopes": []}),
    ("GET", "/users/me/api-keys", None),
    ("DELETE", "/users/me/api-keys/none", None),
    ("POST", "/api-keys/token", None),
    ("POST", "/users/me/passkeys/options", None),
    ("POST", "/users/me/passkeys", {"token": "fa_wc_none", "credential": {}}),
    ("GET", "/users/me/passkeys", None),
    ("GET", "/sessions", None),
    ("POST", "/oauth/token", None),
    ("POST", "/oauth/introspect", None),
    ("POST", "/oauth/revoke", None),
    ("GET", "/admin/users", None),
    ("GET", "/admin/audit", None),
    ("GET", "/admin/roles", None),
    ("GET", "/admin/invitations", None),
    (
        "POST",
        "/invitations/accept",
        {"token": "fa_in_x", "username": "a", "password": GOOD["password"], "fullname": "A"},
    ),
    ("POST", "/users/me/invitations/accept", {"token": "fa_in_x"}),
    ("GET", "/admin/clients", None),
    ("GET", "/admin/webhooks", None),
    ("POST", "/admin/webhooks", {"url": "https://receiver.example/"}),
    ("GET", "/v1/revocations", None),
    ("GET", "/v1/events", None),
    ("GET", "/v1/users", None),
    ("GET", "/.well-known/jwks.json", None),
    ("GET", "/.well-known/oauth-authorization-server", None),
    ("GET", "/.well-known/openid-configuration", None),
    ("GET", "/.well-known/webauthn", None),
    ("DELETE", "/sessions/none", None),
    ("DELETE", "/sessions/others", None),
    ("DELETE", "/sessions/current", None),
]


VARIES = {"content-length", "date", "x-request-id"}

MAIL = {"mail": "smtp", "mail_url": "smtps://smtp.example", "mail_from": "auth@auth.example"}


RANDOM = re.compile(
    r'"(access_token|refresh_token|challenge|token|device_token|id|kid|x|y|secret|uri|qr_svg)":"([^"\\]|\\.)+"'
)


async def seen(client: httpx2.AsyncClient, method: str, path: str, body: object) -> tuple[Any, ...]:
    answer = (
        await client.request(method, path, json=body)
        if body is not None
        else await client.request(method, path)
    )
    headers = {name: value for name, value in answer.headers.items() if name not in VARIES}
    return answer.status_code, headers, RANDOM.sub(r'"\1":"..."', answer.text)


async def agree(lax: httpx2.AsyncClient, strict: httpx2.AsyncClient) -> None:
    """See both answer every request alike."""
    for request in REQUESTS:
        assert await seen(lax, *request) == await seen(strict, *request), request


class TestModesSeenByClients:
    def test_requests_cover_every_route(self, openapi_document: dict[str, Any]) -> None:
        paths = openapi_document["paths"]
        assert {path for path in paths if "{" not in path} - {path for _, path, _ in REQUESTS} == set()

    async def test_clients_see_only_docs_passwords_limits_and_mail_differ(self) -> None:
        development_relaxations = Settings(secret_key=FIT["secret_key"], issuer=FIT["issuer"])
        weak = a_registration(password="sntsh")
        async with (
            await client_of(development_relaxations) as lax,
            await client_of(in_production(rate_limits=False, **MAIL)) as strict,
        ):
            await agree(lax, strict)
            for client in (lax, strict):
                tokens = (await client.post("/sessions", json=CREDENTIALS)).json()
                client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
            await agree(lax, strict)
            documents = [(await client.get("/docs")).status_code for client in (lax, strict)]
            weaklings = [
                (await client.post("/users/register", json=weak)).status_code for client in (lax, strict)
            ]
        assert documents == [200, 404]
        assert weaklings == [201, 422]

    async def test_without_mail_its_routes_are_not_offered(self) -> None:
        async with await client_of(in_production()) as client:
            for request in REQUESTS:
                if "email" in request[1] or "password-resets" in request[1]:
                    status, _, text = await seen(client, *request)
                    assert (status, json.loads(text)["code"]) == (404, "not_offered"), request

    async def test_guesses_are_not_limited(self) -> None:
        development_relaxations = Settings(secret_key=FIT["secret_key"], issuer=FIT["issuer"])
        async with (
            await client_of(development_relaxations) as lax,
            await client_of(in_production()) as strict,
        ):
            for client, statuses in {lax: {401}, strict: {401, 429}}.items():
                guesses = [await client.post("/sessions", json=CREDENTIALS) for _ in range(20)]
                assert {answer.status_code for answer in guesses} == statuses
