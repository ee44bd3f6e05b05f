"""The README is what a newcomer copies."""

import re
from pathlib import Path
from typing import Any

import flask
from clients.python.tests.services import set_up_django
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils.module_loading import import_string
from fastapi.testclient import TestClient

from fastauth_client import Verifier, django
from fastauth_client.flask import FlaskAuth
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


def code_of(framework: str, server: FastauthServer, namespace: dict[str, Any]) -> dict[str, Any]:
    """Run what the page shows of a framework, at the address of the server, and return its names."""
    (section,) = re.findall(rf"^\*\*{framework}\*\*: .*?(?=^\*\*|^## )", README, re.DOTALL | re.MULTILINE)
    for code in re.findall(r"```python\n(.*?)```", section, re.DOTALL):
        exec(code.replace("http://127.0.0.1:8000", server.url), namespace)  # noqa: S102  lines of the README
    return namespace


class TestOtherFrameworks:
    """Their lines are run against the real service, too."""

    def test_flask(self, fastauth_server: FastauthServer) -> None:
        names = {"Flask": flask.Flask, "g": flask.g, "FlaskAuth": FlaskAuth, "Verifier": Verifier}
        shown = code_of("Flask", fastauth_server, {"__name__": "readme", **names})
        fastauth_server.register("flask", PASSWORD)
        token = fastauth_server.log_in("flask", PASSWORD)
        client = shown["app"].test_client()
        assert client.get("/orders").status_code == 401
        response = client.get("/orders", headers={"Authorization": f"Bearer {token}"})
        assert (response.status_code, response.text[:15]) == (200, "Orders of user ")
        shown["auth"].verifier.close()

    def test_django(self, fastauth_server: FastauthServer) -> None:
        names = {"HttpRequest": HttpRequest, "HttpResponse": HttpResponse, "require": django.require}
        shown = code_of("Django", fastauth_server, {"Verifier": Verifier, "MIDDLEWARE": [], **names})
        fastauth_server.register("django", PASSWORD)
        token = fastauth_server.log_in("django", PASSWORD)
        handle = import_string(shown["MIDDLEWARE"][-1])(shown["orders"])
        set_up_django(shown["FASTAUTH_VERIFIER"])
        assert handle(RequestFactory().get("/orders")).status_code == 401
        headers = {"Authorization": f"Bearer {token}"}
        response = handle(RequestFactory().get("/orders", headers=headers))
        assert (response.status_code, response.content[:15]) == (200, b"Orders of user ")
        shown["FASTAUTH_VERIFIER"].close()
