"""The files that start the example with Docker name what is there."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
IMAGE = (ROOT / "examples/orders/Dockerfile").read_text()


def compose(file: str) -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / file).read_text())["services"])


class TestCompose:
    orders = compose("examples/compose.yml")["orders"]
    fastauth = compose("docker-compose.yml")["fastauth"]

    def test_sets_what_the_example_reads(self) -> None:
        read = set(re.findall(r"\"(ORDERS_\w+)\"", (ROOT / "examples/orders/orders.py").read_text()))
        assert set(self.orders["environment"]) <= read

    def test_uses_the_issuer_and_the_port_of_the_service(self) -> None:
        environment = self.orders["environment"]
        assert environment["ORDERS_ISSUER"] == self.fastauth["environment"]["FASTAUTH_ISSUER"]
        port = self.fastauth["ports"][0].rpartition(":")[2]
        assert environment["ORDERS_JWKS_URI"] == f"http://fastauth:{port}/.well-known/jwks.json"

    def test_publishes_the_port_that_the_image_listens_to(self) -> None:
        assert self.orders["ports"] == ["127.0.0.1:8001:8001"]
        assert '"--port", "8001"' in IMAGE
        assert "EXPOSE 8001" in IMAGE

    def test_image_copies_what_is_in_its_context(self) -> None:
        assert self.orders["build"]["context"] == "."
        assert (ROOT / self.orders["build"]["dockerfile"]).is_file()
        allowed = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
        copied = [source for source, _ in re.findall(r"^COPY (\S+) (\S+)$", IMAGE, re.MULTILINE)]
        for source in copied:
            assert (ROOT / source).exists(), source
            assert any(source.startswith(each) for each in allowed), source
        assert len(copied) == 3
