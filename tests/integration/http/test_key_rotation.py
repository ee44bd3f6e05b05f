"""Keys change while everybody goes on: those that sign, and the one that seals them."""

from pathlib import Path

from tests.harness.client import Person, ask_who_i_am, stolen_key
from tests.harness.editions import size
from tests.harness.in_process import run_fastauth
from tests.harness.issuer import VERIFIERS
from tests.harness.service import Service, environment
from tests.harness.traffic import ROTATIONS, published, rotated_under_traffic


class TestRotation:
    def test_is_seen_by_nobody(self, postgres_url: str, tmp_path: Path) -> None:
        clients = rotated_under_traffic(postgres_url, tmp_path)
        assert clients.failures == []
        assert len(clients.signed_by) == 1 + ROTATIONS
        assert clients.verified.keys() == {*VERIFIERS, "PyJWKClient", "at the end"}
        assert min(clients.verified.values()) > size(5, 20)


KEYS = {name: f"secret key {name}, of no worth " + name * 8 for name in "ABC"}


def settings(now: str, previous: str | None = None) -> dict[str, str]:
    named = {"FASTAUTH_SECRET_KEY": KEYS[now], "FASTAUTH_ISSUER": "http://localhost"}
    return named | ({"FASTAUTH_SECRET_KEY_PREVIOUS": KEYS[previous]} if previous else {})


def still_there(person: Person, service: Service) -> bool:
    """Say whether somebody is still logged in there, and has them refresh."""
    person.service = service
    at_first = ask_who_i_am(service, f"Bearer {person.tokens.access}")
    afterwards = ask_who_i_am(service, f"Bearer {person.refresh().access}")
    return (at_first.status, afterwards.status) == (200, 200)


def refusal(directory: Path, database_url: str, **settings: str) -> str:
    """Return what the service says last when it refuses to start."""
    result = run_fastauth("serve", settings=environment(database_url, **settings), directory=directory)
    assert (result.exit_code, result.stdout) == (1, "")
    return result.stderr.splitlines(keepends=True)[-1]


class TestSecretKey:
    def test_is_changed_without_logging_anybody_out(self, database_url: str, tmp_path: Path) -> None:
        with Service(database_url, **settings("A")) as service:
            person, kids = Person(service), published(service)
        with Service(database_url, **settings("B", previous="A")) as service:
            assert still_there(person, service)
            assert published(service) == kids
            stolen_key(database_url, KEYS["B"])  # it is sealed anew
        with Service(database_url, **settings("B")) as service:
            assert still_there(person, service)
            assert published(service) == kids
        assert refusal(tmp_path, database_url, **settings("C")) == (
            "fastauth: the signing keys are encrypted with another secret key; set it as"
            " FASTAUTH_SECRET_KEY or FASTAUTH_SECRET_KEY_PREVIOUS\n"
        )

    def test_is_changed_in_one_process_after_the_other(self, postgres_url: str) -> None:
        # First everybody learns to recognise what is made under the new one; then it comes into use.
        steps: list[tuple[tuple[str, str | None], tuple[str, str | None]]] = [
            (("A", None), ("A", "B")),
            (("A", "B"), ("B", "A")),
            (("B", "A"), ("B", None)),
        ]
        person: Person | None = None
        for one, other in steps:
            with (
                Service(postgres_url, **settings(*one)) as first,
                Service(postgres_url, **settings(*other)) as second,
            ):
                person = person or Person(first)
                for service in (first, second, first, second):
                    assert still_there(person, service)
