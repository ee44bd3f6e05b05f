"""The README is what a newcomer copies."""

import re
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from fastauth_client.testing import FastauthServer

README = (Path(__file__).parents[1] / "README.md").read_text()
PASSWORD = "correct horse battery staple"


def first_lines() -> str:
    """Return the code at the top of the page."""
    lines = README.splitlines()
    assert lines.index("```python") <= 4
    return str(re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0])


class TestFirstLines:
    def test_are_ten_at_most(self) -> None:
        assert len([line for line in first_lines().splitlines() if line]) <= 10

    def test_protect_a_route(self, fastauth_server: FastauthServer) -> None:
        """They are run against the real service of this commit, at its address."""
        namespace: dict[str, Any] = {}
        exec(first_lines().replace("http://127.0.0.1:8000", fastauth_server.url), namespace)  # noqa: S102  lines of the README
        fastauth_server.register("readme", PASSWORD)
        token = fastauth_server.log_in("readme", PASSWORD)
        with TestClient(namespace["app"]) as client:
            assert client.get("/orders").status_code == 401
            response = client.get("/orders", headers={"Authorization": f"Bearer {token}"})
            forged = client.get("/orders", headers={"Authorization": f"Bearer {token[:-8]}AAAAAAAA"})
        assert response.status_code == 200
        assert response.json().startswith("Orders of user ")
        assert forged.status_code == 401
