"""Have the package jose, under Node, judge our tokens and what others would pass off as such.

``make interop`` runs it. Node and npm have to be there; everything else is brought along.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.forgeries import FORGERIES, VALID
from tests.integration.issuer import AUDIENCE, Issuer, an_issuer

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json", ".npmrc", "with_jose.mjs", "judge.mjs")


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


def judged(issuer: Issuer, directory: Path) -> dict[str, list[str]]:
    """Return which of the tokens were accepted, and which refused."""
    tokens = {
        "issuer": issuer.service.url,
        "audience": AUDIENCE,
        "valid": {name: make(issuer.forger) for name, make in VALID.items()},
        "forged": {
            name: forgery.make(issuer.forger) for name, forgery in FORGERIES.items() if forgery.elsewhere
        },
    }
    run = subprocess.run(
        ["node", "judge.mjs"],
        cwd=directory, input=json.dumps(tokens), text=True, check=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    verdict: dict[str, list[str]] = json.loads(run.stdout)
    return verdict


def main() -> int:
    """Print how many of either kind were accepted and refused; return 0 if that is as it should be."""
    wrong: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="fastauth-interop-") as name:
        directory = Path(name)
        install(directory)
        for algorithm in ("ES256", "Ed25519"):
            with an_issuer(f"sqlite:///{directory}/{algorithm}.db", algorithm) as issuer:
                verdict = judged(issuer, directory)
                wrong |= set(VALID) ^ set(verdict["accepted"])
                if issuer.listener.has_a_visitor:
                    wrong.add("an address in a token was followed")
            accepted, refused = len(verdict["accepted"]), len(verdict["refused"])
            sys.stdout.write(f"jose under Node, {algorithm}: {accepted} accepted, {refused} refused\n")
    for each in sorted(wrong):
        sys.stdout.write(f"wrong: {each}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
