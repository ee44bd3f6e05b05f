"""Users with an authenticator app, and their log-ins."""

from http import HTTPStatus
from time import time

from bench.http_requests import expect, log_in, login_request, register_request
from bench.load import HttpConnection, request
from pyotp import TOTP

from fastauth.domain.second_factors.totp import STEP_SECONDS


class TotpUsers:
    """Users of whom each has a code that was not used yet."""

    def __init__(self) -> None:
        self._ready: list[tuple[str, TOTP]] = []
        self._registered = 0

    async def enrol(self, connection: HttpConnection, number: int) -> None:
        """Register users until so many have a code left.

        The previous code confirms the factor, so that the current one is left for a log-in.
        """
        while len(self._ready) < number:
            self._registered += 1
            name = f"totp-{self._registered}"
            await expect(HTTPStatus.CREATED, connection, register_request(name))
            token = (await log_in(connection, name)).access
            enrol = request("POST", "/users/me/totp", token=token)
            totp = TOTP((await expect(HTTPStatus.CREATED, connection, enrol)).json["secret"])
            body = {"code": totp.at(time() - STEP_SECONDS)}
            confirmed = await connection.ask(request("POST", "/users/me/totp/confirm", body, token=token))
            if confirmed.status == HTTPStatus.OK:  # not if a step ended in between
                self._ready.append((name, totp))

    async def log_in(self, connection: HttpConnection) -> None:
        """Log in by password and code: two requests."""
        name, totp = self._ready.pop()
        challenge = (await expect(HTTPStatus.ACCEPTED, connection, login_request(name))).json["challenge"]
        body = {"challenge": challenge, "method": "totp", "code": totp.now()}
        await expect(HTTPStatus.CREATED, connection, request("POST", "/sessions/second-factor", body))
