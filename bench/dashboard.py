"""Picture of the dashboard in a run with an overload and an outage: ``python -m bench.dashboard FILE.png``.

Needs the program ``prometheus``. Runs two workers on PostgreSQL under a light load. Then 170 clients log in
at once with unknown usernames for 12 seconds; later PostgreSQL is killed, and started again 8 seconds
later. Prometheus evaluates the expressions of ``deploy/grafana/fastauth.json``, matplotlib draws them.
"""

import argparse
import asyncio
import json
import random
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import Any, NamedTuple
from urllib.parse import urlencode
from urllib.request import urlopen

from bench.http_requests import PASSWORD, login_request, register_request
from bench.load import HttpConnection, Response, request
from bench.runs import conditions
from bench.servers import FASTAUTH, fastauth
from matplotlib.figure import Figure
from tests.harness.postgres import PostgresServer, free_port, own_postgres

DASHBOARD = Path(__file__).parents[1] / "deploy/grafana/fastauth.json"
SCRAPE_SECONDS = 2
RATE_INTERVAL = "10s"
"""For ``$__rate_interval``, which Grafana chooses by the interval of the scrapes."""

OTHER_NETWORKS = {"FASTAUTH_TRUSTED_PROXIES": "127.0.0.1"}
"""Each request names another network, as if a token had been stolen: `request` in `bench.load`."""

CLIENTS, BURST_CLIENTS = 12, 170
OVERLOAD_AT, OVERLOAD_SECONDS = 60, 12
OUTAGE_AT, OUTAGE_SECONDS = 105, 8
END_AT = 150

NAMED = 12
"""Lines of a panel that its legend names, the highest first: there is no room for more."""


class Load(NamedTuple):
    """Clients of the service until a time of the event loop."""

    port: int
    until: float

    @property
    def is_over(self) -> bool:
        """Whether the time has passed."""
        return asyncio.get_running_loop().time() > self.until

    async def ask(self, sent: bytes) -> Response | None:
        """Send a request on a new connection; return None if the connection breaks."""
        try:
            connection = await HttpConnection.to(self.port)
        except OSError:
            return None
        try:
            return await asyncio.wait_for(connection.ask(sent), 30)
        except (OSError, TimeoutError):
            return None
        finally:
            connection.close()

    async def ordinary_client(self) -> None:
        """Register and log in, refresh and read; sometimes err, replay or reuse a token."""
        while not self.is_over:
            name = f"u-{random.randrange(10**9)}"
            await self.ask(register_request(name if random.random() < 0.9 else ""))  # noqa: PLR2004  one in ten
            response = await self.ask(login_request(name))
            token = response.json.get("refresh_token") if response else None
            first = token
            for _ in range(random.randrange(10, 40)):
                await asyncio.sleep(random.uniform(0.1, 0.5))  # between two requests of a client
                if not token or self.is_over:
                    break
                token = await self._refresh(token)
            if first and random.random() < 0.5:  # noqa: PLR2004  one in two
                await self.ask(request("POST", "/sessions/refresh", {"refresh_token": first}))  # reuse

    async def _refresh(self, token: str) -> str | None:
        sent = request("POST", "/sessions/refresh", {"refresh_token": token})
        response = await self.ask(sent)
        if random.random() < 0.1:  # noqa: PLR2004  one in ten
            await self.ask(sent)  # a replay within the grace period
        if response is None:
            return token
        await self.ask(request("GET", "/users/me", token=response.json.get("access_token", "x")))
        return str(response.json.get("refresh_token", token))

    async def guessing_client(self) -> None:
        """Log in with unknown usernames."""
        while not self.is_over:
            await self.ask(
                request("POST", "/sessions", {"username": f"n-{random.random()}", "password": PASSWORD})
            )


async def run_load(port: int, postgres: PostgresServer) -> None:
    """Keep up the load for `END_AT` seconds, with the overload and the outage."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    ordinary = Load(port, began + END_AT)
    tasks = [asyncio.create_task(ordinary.ordinary_client()) for _ in range(CLIENTS)]
    await asyncio.sleep(OVERLOAD_AT)
    burst = Load(port, loop.time() + OVERLOAD_SECONDS)
    tasks += [asyncio.create_task(burst.guessing_client()) for _ in range(BURST_CLIENTS)]
    await asyncio.sleep(began + OUTAGE_AT - loop.time())
    postgres.kill()
    await asyncio.sleep(OUTAGE_SECONDS)
    postgres.start()
    await asyncio.gather(*tasks)


@contextmanager
def prometheus(metrics_port: int) -> Iterator[str]:
    """Scrape the service; yield the address of Prometheus."""
    with TemporaryDirectory(prefix="fastauth-prometheus-") as name:
        home, port = Path(name), free_port()
        targets = {"targets": [f"127.0.0.1:{metrics_port}"]}
        jobs = [{"job_name": "fastauth", "static_configs": [targets]}]
        config = {"global": {"scrape_interval": f"{SCRAPE_SECONDS}s"}, "scrape_configs": jobs}
        (home / "prometheus.yml").write_text(json.dumps(config))  # JSON is YAML
        command = [
            "prometheus",
            f"--config.file={home}/prometheus.yml",
            f"--storage.tsdb.path={home}/data",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=error",
        ]
        process = subprocess.Popen(command)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def evaluate(address: str, expression: str, start: float, end: float) -> list[dict[str, Any]]:
    """Return the series of an expression of the dashboard."""
    query = expression.replace("$__rate_interval", RATE_INTERVAL)
    arguments = urlencode({"query": query, "start": start, "end": end, "step": SCRAPE_SECONDS})
    with urlopen(f"{address}/api/v1/query_range?{arguments}", timeout=30) as response:  # noqa: S310  loopback
        series: list[dict[str, Any]] = json.load(response)["data"]["result"]
    return series


def legend(template: str, labels: Mapping[str, str]) -> str:
    """Replace ``{{label}}`` by the value of the label, as Grafana does."""
    return re.sub(r"{{(\w+)}}", lambda found: labels.get(found[1], ""), template)


def draw(address: str, start: float, end: float, file: Path) -> None:
    """Draw the panels of the dashboard, two in a row."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    rows = (len(panels) + 1) // 2
    figure = Figure(figsize=(10.5, 2.2 * rows), layout="tight", facecolor="white")  # inches
    axes = figure.subplots(rows, 2)
    for panel, axis in zip(panels, axes.flat, strict=False):
        for target in panel["targets"]:
            for series in evaluate(address, target["expr"], start, end):
                label = legend(target["legendFormat"], series["metric"])
                points = [(at - start, float(value)) for at, value in series["values"]]
                axis.plot(*zip(*points, strict=True), label=label, linewidth=1)
        axis.set_title(panel["title"], loc="left", fontsize=9, fontweight="bold")
        axis.set_xlim(0, end - start)
        named = sorted(axis.lines, key=lambda line: max(line.get_ydata(), default=0), reverse=True)[:NAMED]
        free = 0.85 - 0.04 * len(named)  # of the height, below the legend in two columns
        axis.set_ylim(0, max(axis.dataLim.y1 / free, 0) or 1)
        axis.grid(alpha=0.3)
        axis.tick_params(labelsize=7)
        if named:
            axis.legend(handles=named, fontsize=5, ncols=2, loc="upper left")
    for axis in axes.flat[len(panels) :]:
        axis.set_visible(False)
    figure.savefig(file, dpi=100)


def main() -> None:
    """Run the service under load, and write the picture."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.dashboard", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("file", type=Path)
    file = parser.parse_args().file
    print(conditions())
    metrics_port = free_port()
    settings = {
        "FASTAUTH_METRICS_PORT": str(metrics_port),
        "FASTAUTH_REFRESH_GRACE_SECONDS": "2",
        **OTHER_NETWORKS,
    }
    with (
        own_postgres() as postgres,
        fastauth(FASTAUTH, postgres.url, workers=2, settings=settings) as server,
        prometheus(metrics_port) as address,
    ):
        start = time()
        asyncio.run(run_load(server.port, postgres))
        draw(address, start, time(), file)


if __name__ == "__main__":
    main()
