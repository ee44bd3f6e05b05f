"""What is published to deploy fastauth with agrees with fastauth."""

import re
from collections.abc import Collection, Iterator
from functools import cache
from math import ceil
from pathlib import Path
from secrets import token_hex, token_urlsafe
from typing import Any

import pytest
import yaml
from pydantic import ValidationError
from sqlalchemy import make_url

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.container.mail import inbox_folder
from fastauth.entrypoints.doctor.hashing import HEADROOM
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.production import exposed_without_mode, production_errors, warnings
from fastauth.entrypoints.settings import Mode, Settings
from fastauth.entrypoints.settings.sources import PREFIX

ROOT = Path(__file__).parents[2]
COMPOSE_FILES = ("docker-compose.yml", "docker-compose.production.yml")
MANIFESTS = ROOT / "deploy/kubernetes"
TEMPORARY = "/tmp"  # noqa: S108  where a container keeps the files of the metrics
WORKING_DIRECTORY = "/var/lib/fastauth"
SETTINGS = {PREFIX + field.upper() for field in Settings.model_fields}


def manifest(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((MANIFESTS / f"{name}.yaml").read_text()))


def pod(name: str) -> dict[str, Any]:
    return dict(manifest(name)["spec"]["template"]["spec"])


def container(name: str) -> dict[str, Any]:
    (only,) = pod(name)["containers"]
    return dict(only)


def labels(name: str) -> dict[str, str]:
    return dict(manifest(name)["spec"]["template"]["metadata"]["labels"])


def mebibytes(quantity: str) -> int:
    assert quantity.endswith("Mi")
    return int(quantity.removesuffix("Mi"))


def secrets() -> dict[str, str]:
    return dict(manifest("secret.example")["stringData"])


def read(**given: str) -> Settings:
    """Read variables of the environment, without one."""
    return Settings.model_validate({name.removeprefix(PREFIX).lower(): given[name] for name in given})


def memory_of_a_worker(threads: int) -> float:
    """Return MiB, by the formula in the capacity page."""
    page = (ROOT / "docs/operate/capacity.md").read_text()
    found = re.search(r"about (\d+) MiB \+ hashing threads × `FASTAUTH_ARGON2_MEMORY_KIB`", page)
    assert found
    one_hash: int = Settings.model_fields["argon2_memory_kib"].default
    return int(found[1]) + threads * one_hash / 1024


def compose(file: str) -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / file).read_text()))


def interpolated(environment: dict[str, str], **given: str) -> dict[str, str]:
    """Return the variables as Compose hands them on, where `given` are set."""
    return {
        name: re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: given.get(found[1]) or found[2], value)
        for name, value in environment.items()
    }


def probes() -> Iterator[str]:
    for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
        yield container("deployment")[kind]["httpGet"]["path"]


class TestSettings:
    def test_names_exist(self) -> None:
        assert manifest("configmap")["data"].keys() | secrets().keys() <= SETTINGS | {"postgres-ca.crt"}

    def test_production_accepts_them_with_a_secret_key(self) -> None:
        settings = read(**manifest("configmap")["data"], FASTAUTH_SECRET_KEY=token_urlsafe(32))
        assert settings.mode is Mode.PRODUCTION
        assert settings.trusted_proxies
        assert production_errors(settings) == []

    def test_production_refuses_the_example_secret_key(self) -> None:
        with pytest.raises(ValidationError, match="at least 32 bytes"):
            read(FASTAUTH_SECRET_KEY=secrets()["FASTAUTH_SECRET_KEY"])

    def test_production_refuses_the_example_password(self) -> None:
        settings = read(FASTAUTH_MODE="production", FASTAUTH_DATABASE_URL=secrets()["FASTAUTH_DATABASE_URL"])
        assert any("FASTAUTH_DATABASE_URL" in refusal for refusal in production_errors(settings))

    def test_compose_passes_all_settings(self) -> None:
        example = (ROOT / ".env.example").read_text()
        named = set(re.findall(r"^(FASTAUTH_\w+)=", example, re.MULTILINE))
        assert named
        for file in COMPOSE_FILES:
            for service in ("migrate", "fastauth"):
                assert named <= compose(file)["services"][service]["environment"].keys() <= SETTINGS


class TestCompose:
    @pytest.mark.parametrize("file", COMPOSE_FILES)
    @pytest.mark.parametrize("service", ["migrate", "fastauth"])
    def test_containers_are_confined(self, file: str, service: str) -> None:
        confined = compose(file)["services"][service]
        assert confined["read_only"] is True
        assert confined["cap_drop"] == ["ALL"]
        assert confined["security_opt"] == ["no-new-privileges:true"]
        inbox = [WORKING_DIRECTORY] if (file, service) == (COMPOSE_FILES[0], "fastauth") else []
        assert [each.split(":")[0] for each in confined["tmpfs"]] == [TEMPORARY, *inbox]

    def test_inbox_is_in_the_working_directory_of_the_image(self) -> None:
        image = (ROOT / "Dockerfile").read_text()
        assert f"\nWORKDIR {WORKING_DIRECTORY}\nUSER 10001:10001\n" in image
        (mount,) = [
            each
            for each in compose(COMPOSE_FILES[0])["services"]["fastauth"]["tmpfs"]
            if each.startswith(WORKING_DIRECTORY)
        ]
        assert mount.endswith(",uid=10001,gid=10001")
        assert inbox_folder(read(FASTAUTH_DATABASE_URL="postgresql://a/b")) == Path("fastauth-mail")

    def test_development_mode_is_explicit(self) -> None:
        settings = read(**interpolated(compose(COMPOSE_FILES[0])["services"]["fastauth"]["environment"]))
        assert settings.mode is Mode.DEVELOPMENT
        assert settings.mode_is_set
        assert settings.issuer_url == "http://127.0.0.1:8000"  # the port that it publishes

    def test_production_accepts_documented_setup(self) -> None:
        found = compose(COMPOSE_FILES[1])
        service = found["services"]["fastauth"]
        secrets = {
            "FASTAUTH_SECRET_KEY": token_urlsafe(32),
            "FASTAUTH_DATABASE_URL": f"postgresql://fastauth:{token_hex(24)}@postgres/fastauth",
        }
        assert set(service["secrets"]) == secrets.keys()
        without = read(**interpolated(service["environment"]), **secrets)
        assert [each.split()[0] for each in production_errors(without)] == ["FASTAUTH_ISSUER"]
        given = {"FASTAUTH_ISSUER": "https://auth.example", "FASTAUTH_TRUSTED_PROXIES": "172.16.0.0/12"}
        settings = read(**interpolated(service["environment"], **given), **secrets)
        assert production_errors(settings) == []
        assert [each.split()[0] for each in warnings(settings)] == ["FASTAUTH_DATABASE_PRIVATE_NETWORK"]

    def test_production_secrets_are_files(self) -> None:
        found = compose(COMPOSE_FILES[1])
        for name, service in found["services"].items():
            assert not {each for each in service["environment"] if each in found["secrets"]}, name
        assert found["networks"]["database"]["internal"] is True
        assert all(f"/{file['file'].split('/')[1]}/" == "/secrets/" for file in found["secrets"].values())
        assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()

    def test_documented_commands_create_all_secrets(self) -> None:
        page = (ROOT / "docs/operate/start.md").read_text()
        made = re.findall(r"^>  .* > ([A-Z_]+)", page, re.MULTILINE)
        assert set(made) == compose(COMPOSE_FILES[1])["secrets"].keys()

    def test_database_role_is_not_superuser(self) -> None:
        """The role that PostgreSQL's image makes by POSTGRES_USER is one."""
        service = compose(COMPOSE_FILES[1])["services"]["postgres"]
        assert "POSTGRES_USER" not in service["environment"]
        (statements,) = [each.split(":") for each in service["volumes"] if "initdb" in each]
        text = (ROOT / statements[0]).read_text()
        assert statements[1].startswith("/docker-entrypoint-initdb.d/")
        assert "CREATE ROLE fastauth LOGIN PASSWORD :'password';" in text
        assert "SUPERUSER" not in text
        assert re.findall(r"/run/secrets/(\w+)", text)[0] in service["secrets"]

    def test_database_has_no_capabilities(self) -> None:
        service = compose(COMPOSE_FILES[1])["services"]["postgres"]
        assert service["cap_drop"] == ["ALL"]
        assert "cap_add" not in service
        assert service["user"] == "999:999"  # whom the secrets belong to, by the documentation
        assert "chown 999 secrets/POSTGRES_*" in (ROOT / "docs/operate/start.md").read_text()


class TestImage:
    def test_sets_no_mode(self) -> None:
        """A service that listens for other machines must have an explicit mode."""
        text = (ROOT / "Dockerfile").read_text()
        host = re.search(r"FASTAUTH_HOST=(\S+)", text)
        assert host
        assert "FASTAUTH_MODE" not in text
        assert exposed_without_mode(read(FASTAUTH_HOST=host[1]))
        assert exposed_without_mode(read(FASTAUTH_HOST=host[1], FASTAUTH_MODE="development")) is None


class TestHaproxy:
    def test_forwards_client_address_and_hides_health(self) -> None:
        text = (ROOT / "faults/haproxy.cfg").read_text()
        lines = [line.split("#")[0].strip() for line in text.splitlines()]
        frontend = lines[lines.index("frontend clients") : lines.index("backend fastauth")]
        assert "http-request del-header X-Forwarded-For" in frontend
        assert "option forwardfor" in frontend
        assert "http-request deny deny_status 404 if { path,url_dec -m beg -i /health }" in frontend
        assert {"client", "server", "connect", "http-request", "http-keep-alive", "queue"} <= {
            line.split()[1] for line in lines if line.startswith("timeout ")
        }


@cache
def documented_paths() -> Collection[str]:
    paths: dict[str, object] = create_app(Container(settings=Settings())).openapi()["paths"]
    return paths.keys()


class TestKubernetes:
    @pytest.mark.parametrize("path", sorted(set(probes())))
    def test_probes_use_existing_routes(self, path: str) -> None:
        assert path in documented_paths()

    def test_memory_limit_has_headroom(self) -> None:
        resources = container("deployment")["resources"]
        threads = ceil(float(resources["limits"]["cpu"]))
        least = memory_of_a_worker(threads) / (1 - HEADROOM)
        assert mebibytes(resources["requests"]["memory"]) >= least
        assert mebibytes(resources["limits"]["memory"]) >= 2 * least  # for the doctor beside it

    @pytest.mark.parametrize("name", ["deployment", "migrate"])
    def test_containers_are_confined(self, name: str) -> None:
        account = re.search(r"^USER (\d+):(\d+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
        context, own = pod(name)["securityContext"], container(name)["securityContext"]
        assert account
        assert [context["runAsUser"], context["runAsGroup"]] == [int(each) for each in account.groups()]
        assert context["runAsNonRoot"]
        assert own["readOnlyRootFilesystem"]
        assert not own["allowPrivilegeEscalation"]

    def test_temporary_directory_is_writable(self) -> None:
        """The files of the metrics, and the names of a large import."""
        (place,) = [
            each for each in container("deployment")["volumeMounts"] if each["mountPath"] == TEMPORARY
        ]
        (volume,) = [each for each in pod("deployment")["volumes"] if each["name"] == place["name"]]
        assert volume["emptyDir"]["sizeLimit"]
        assert not place.get("readOnly")

    @pytest.mark.parametrize("name", ["deployment", "migrate"])
    def test_service_links_are_off(self, name: str) -> None:
        assert pod(name)["enableServiceLinks"] is False

    def test_network_policy_allows_dns_and_database_only(self) -> None:
        spec = manifest("network-policy")["spec"]
        assert spec["policyTypes"] == ["Ingress", "Egress"]
        assert all(rule["to"] for rule in spec["egress"])
        assert {each["port"] for rule in spec["egress"] for each in rule["ports"]} == {53, 5432}

    def test_database_certificate_is_verified(self) -> None:
        query = make_url(secrets()["FASTAUTH_DATABASE_URL"]).query
        assert query["sslmode"] == "verify-full"
        assert str(query["sslrootcert"]).removeprefix("/run/secrets/") in secrets()

    def test_migration_uses_the_same_image(self) -> None:
        assert container("migrate")["image"] == container("deployment")["image"]

    def test_service_selects_serving_pods_only(self) -> None:
        selectors = [
            manifest("deployment")["spec"]["selector"]["matchLabels"],
            manifest("service")["spec"]["selector"],
            manifest("disruption-budget")["spec"]["selector"]["matchLabels"],
        ]
        for selector in selectors:
            assert selector.items() <= labels("deployment").items()
            assert not selector.items() <= labels("migrate").items()

    def test_grace_period_covers_requests(self) -> None:
        delay = float(manifest("configmap")["data"]["FASTAUTH_SHUTDOWN_DELAY_SECONDS"])
        longest = Settings.model_fields["shutdown_timeout_seconds"].default
        assert pod("deployment")["terminationGracePeriodSeconds"] > delay + longest

    def test_kustomization_lists_every_manifest(self) -> None:
        applied = set(manifest("kustomization")["resources"])
        written = {path.name for path in MANIFESTS.glob("*.yaml")}
        assert written - applied == {"kustomization.yaml", "migrate.yaml", "secret.example.yaml"}
