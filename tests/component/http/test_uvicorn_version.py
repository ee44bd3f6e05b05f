"""The start on a version of uvicorn whose internals are not known."""

import asyncio
import tomllib
from pathlib import Path

import pytest
import uvicorn
from tests.harness.in_process import Runner
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState
from uvicorn.supervisors import Multiprocess

from fastauth.entrypoints.cli import app
from fastauth.entrypoints.http.server.uvicorn_version import INTERNALS, SUPPORTED, unsupported_uvicorn

ROOT = Path(__file__).parents[3]


class TestVersion:
    @pytest.mark.parametrize("version", ["0.54.0", "0.54.12", "0.54", "0.54.0rc1"])
    def test_supported(self, version: str) -> None:
        assert unsupported_uvicorn(version) is None

    @pytest.mark.parametrize("version", ["0.53.9", "0.55.0", "0.5", "0.540.0", "1.54.0", "unknown", ""])
    def test_unsupported_names_version_and_bound_in_one_line(self, version: str) -> None:
        line = unsupported_uvicorn(version)
        assert line is not None
        assert f"uvicorn {version} " in line
        assert "uvicorn>=0.54,<0.55" in line
        assert "HttpToolsProtocol" in line
        assert "\n" not in line

    def test_installed_is_supported(self) -> None:
        assert unsupported_uvicorn(uvicorn.__version__) is None

    def test_bound_is_that_of_the_package(self) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        major, minor = SUPPORTED
        assert f"uvicorn>={major}.{minor},<{major}.{minor + 1}" in project["dependencies"]

    def test_serve_stops_with_one_line(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        metadata = tmp_path / "uvicorn-0.99.0.dist-info" / "METADATA"
        metadata.parent.mkdir()
        metadata.write_text("Metadata-Version: 2.1\nName: uvicorn\nVersion: 0.99.0\n")
        monkeypatch.chdir(tmp_path)
        monkeypatch.syspath_prepend(tmp_path)
        result = Runner().invoke(app, ["serve"])
        assert result.exit_code == 1
        assert result.output == f"fastauth: {unsupported_uvicorn('0.99.0')}\n"


class TestInternals:
    async def test_exist_in_the_installed_version(self) -> None:
        async def application(_scope: object, _receive: object, _send: object) -> None:
            raise AssertionError("no request is sent")

        config = uvicorn.Config(application, log_config=None)
        state = ServerState()
        protocol = HttpToolsProtocol(config, state, {}, asyncio.get_running_loop())
        protocol.url = b""
        found = {
            "HttpToolsProtocol": dir(protocol),
            "RequestResponseCycle": [
                *dir(RequestResponseCycle),
                *RequestResponseCycle.__init__.__code__.co_names,
            ],
            "FlowControl": [*dir(FlowControl), *FlowControl.__init__.__code__.co_names],
            "ServerState": dir(state),
            "Multiprocess": dir(Multiprocess(config, [])),
        }
        missing = {name: set(names) - set(found[name]) for name, names in INTERNALS.items()}
        assert not any(missing.values()), missing
