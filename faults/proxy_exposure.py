"""What the documented proxy lets through: no address that a client made up, and nothing of `/health`."""

import httpx2
from tests.builders import a_registration
from tests.harness.service import DEADLINE, NO_TLS

MADE_UP = "203.0.113.9"
SPELLINGS = (
    "/health/ready",
    "/health/live",
    "/%68ealth/ready",
    "/HEALTH/ready",
    "/health%2Fready",
    "/health",
)


def find_exposed(url: str, names: list[str]) -> list[str]:
    """Return what came through the proxy at `url` and should not have; add who was registered to `names`."""
    person = a_registration()
    with httpx2.Client(base_url=url, timeout=DEADLINE, verify=NO_TLS) as client:
        client.headers["X-Forwarded-For"] = MADE_UP
        if client.post("/users/register", json=person).status_code == httpx2.codes.CREATED:
            names.append(person["username"])
        credentials = {name: person[name] for name in ("username", "password")}
        tokens = client.post("/sessions", json=credentials).json()
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        (session,) = client.get("/sessions").json()
        found = [path for path in SPELLINGS if client.get(path).status_code != httpx2.codes.NOT_FOUND]
    if session["address"] != "127.0.0.1":
        found.append("an X-Forwarded-For that the client wrote")
    return found
