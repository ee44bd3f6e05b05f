"""Have the package jose, under Node, judge our tokens and what others would pass off as such.

``make interop`` runs it. Node and npm have to be there; everything else is brought along.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from tests.attacks.token_forgeries import FORGERIES, VALID
from tests.harness.issuer import AUDIENCE, Verify, an_issuer
from tests.harness.traffic import MAX_AGE, ROTATIONS, rotated_under_traffic
from tests.interop.published_keys import InvalidToken

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json", ".npmrc", "with_jose.mjs", "judge.mjs")


class ByNode:
    """Verifies by jose."""

    def __init__(self, directory: Path, issuer: str, max_age: int = 300) -> None:
        self._command = ["node", "judge.mjs", issuer, AUDIENCE, str(max_age)]
        self._directory = directory
        self._one_at_a_time = threading.Lock()

    def __enter__(self) -> Self:
        self._node = subprocess.Popen(
            self._command, cwd=self._directory, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._node.communicate()

    def __call__(self, token: str) -> dict[str, Any]:
        assert self._node.stdin
        assert self._node.stdout
        with self._one_at_a_time:
            self._node.stdin.write(f"{json.dumps(token)}\n")
            self._node.stdin.flush()
            claims: dict[str, Any] | None = json.loads(self._node.stdout.readline())
        if claims is None:
            raise InvalidToken
        return claims

    def trusts(self, token: str) -> bool:
        try:
            self(token)
        except InvalidToken:
            return False
        return True


def install(directory: Path) -> None:
    """Put the script and the one package it needs into `directory`."""
    for name in FILES:
        shutil.copy(HERE / name, directory)
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=directory,
        check=True,
        stdout=sys.stderr,
    )


def judge(directory: Path, algorithm: str) -> list[str]:
    """Show all tokens to jose, and return the names of those that it did not judge rightly."""
    url = f"sqlite:///{directory}/{algorithm}.db"
    with an_issuer(url, algorithm) as issuer, ByNode(directory, issuer.service.url) as jose:
        valid = {name: jose.trusts(make(issuer.forger)) for name, make in VALID.items()}
        forged = {
            name: jose.trusts(forgery.make(issuer.forger))
            for name, forgery in FORGERIES.items()
            if forgery.elsewhere
        }
        visited = issuer.listener.has_a_visitor
    trusted = [*valid.values(), *forged.values()]
    tell(f"{algorithm}: {trusted.count(True)} accepted, {trusted.count(False)} refused")
    wrong = [name for name, trusted in valid.items() if not trusted]
    wrong += [name for name, trusted in forged.items() if trusted]
    return [*wrong, "an address in a token was followed"] if visited else wrong


def rotate(directory: Path) -> list[str]:
    """Rotate keys while jose and all the others verify, and return what failed."""
    with ExitStack() as stack:

        def jose(issuer: str, _audience: str) -> Verify:
            return stack.enter_context(ByNode(directory, issuer, MAX_AGE))

        clients = rotated_under_traffic(f"sqlite:///{directory}/rotation.db", directory, jose=jose)
    tell(
        f"keys rotated {ROTATIONS} times: {clients.verified['jose']} accepted,"
        f" {sum(failure.startswith('jose') for failure in clients.failures)} refused"
    )
    return clients.failures


def tell(line: str) -> None:
    sys.stdout.write(f"jose under Node, {line}\n")
    sys.stdout.flush()


def main() -> int:
    """Tell how many tokens were accepted and refused; return 0 if that is as it should be."""
    with tempfile.TemporaryDirectory(prefix="fastauth-interop-") as name:
        directory = Path(name)
        install(directory)
        wrong = [*judge(directory, "ES256"), *judge(directory, "Ed25519"), *rotate(directory)]
    for each in wrong:
        tell(f"wrong: {each}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
