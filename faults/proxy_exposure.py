"""Requests that the documented reverse proxy must not forward as they are."""

import httpx2
from faults.acknowledged_writes import AcknowledgedWrites
from tests.builders import a_registration
from tests.harness.service import DEADLINE, NO_TLS

FORGED_ADDRESS = "203.0.113.9"
HEALTH_PATHS = (
    "/health/ready",
    "/health/live",
    "/%68ealth/ready",
    "/HEALTH/ready",
    "/health%2Fready",
    "/health",
)


def find_exposed(url: str, writes: AcknowledgedWrites) -> list[str]:
    """Return the health paths, and the forged client address, that the proxy at `url` lets through.

    The registration that this takes is added to `writes`.
    """
    person = a_registration()
    with httpx2.Client(base_url=url, timeout=DEADLINE, verify=NO_TLS) as client:
        client.headers["X-Forwarded-For"] = FORGED_ADDRESS
        registered = client.post("/users/register", json=person)
        if registered.status_code == httpx2.codes.CREATED:
            writes.add_user(registered)
        credentials = {name: person[name] for name in ("username", "password")}
        tokens = client.post("/sessions", json=credentials).json()
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        (session,) = client.get("/sessions").json()
        found = [path for path in HEALTH_PATHS if client.get(path).status_code != httpx2.codes.NOT_FOUND]
    if session["address"] != "127.0.0.1":
        found.append("an X-Forwarded-For of the client")
    return found
