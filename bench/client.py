"""``python -m bench.client``: what the client library costs a service, beside bare PyJWT in the same run.

Tokens are made beforehand and differ from each other. Time is the CPU time of this process, so that others
disturb less. `--starts` also starts the real service, as the fixture `fastauth_server` does.
See docs/integrate/protect-a-route.md and docs/integrate/testing.md.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import jwt

from fastauth_client import Verifier
from fastauth_client.revoked_tokens import Revocation
from fastauth_client.testing import FastauthServer, TestIssuer

TOKENS = 2_000
"""Different ones."""

REVOKED = 100_000
"""Entries that are in force during the verifications."""

IMPORT = (
    "import time; a, b = time.perf_counter(), time.process_time(); import fastauth_client;"
    "print(time.perf_counter() - a, time.process_time() - b)"
)


def cpu_microseconds(act: Callable[[str], object], tokens: list[str], number: int) -> float:
    """Return the CPU time of one call, as the mean of a number of calls."""
    begin = time.process_time()
    for each in range(number):
        act(tokens[each % len(tokens)])
    return (time.process_time() - begin) / number * 1e6


def resident_mebibytes() -> float:
    """Return the memory of this process that is in use now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def measure_verification(rounds: int, number: int) -> None:
    """Alternate between the client and PyJWT, and print the ratio and the memory."""
    issuer = TestIssuer()
    tokens = [
        issuer.token(str(each), roles=["clerk"], permissions=["orders:read"], expires_in=86_400)
        for each in range(TOKENS)
    ]
    verifier = Verifier(issuer.issuer, audience=issuer.audience)
    key = jwt.PyJWK(issuer.jwks["keys"][0])

    def with_pyjwt(token: str) -> object:
        return jwt.decode(token, key, ["ES256"], audience=issuer.audience, issuer=issuer.issuer)

    with verifier.trusting(issuer.jwks) as revoked:
        before, now = resident_mebibytes(), time.time()
        revoked.add(Revocation("sid", f"{each:032x}", now, now + 86_400) for each in range(REVOKED))
        print(f"{len(revoked):,} revocations: {resident_mebibytes() - before:.1f} MiB")
        ours, theirs, memory = [], [], []
        for _ in range(rounds):
            theirs.append(cpu_microseconds(with_pyjwt, tokens, number // 10))
            ours.append(cpu_microseconds(verifier.verify_sync, tokens, number))
            memory.append(resident_mebibytes())
    ratios = [our / their for our, their in zip(ours, theirs, strict=True)]
    print(f"{rounds * number:,} verifications in {rounds} rounds, {rounds * number // 10:,} by PyJWT")
    client, pyjwt = statistics.median(ours), statistics.median(theirs)
    print(f"CPU of one, median: client {client:.0f} µs, PyJWT {pyjwt:.0f} µs")
    low, *_, high = statistics.quantiles(ratios, n=20)
    print(f"ratio, median: {statistics.median(ratios):.2f} (5 % to 95 %: {low:.2f} to {high:.2f})")
    print(f"memory: {memory[0]:.1f} MiB after the first round, {memory[-1]:.1f} MiB after the last")


def measure_import(number: int) -> None:
    """Print how long a new interpreter takes to import the package."""
    printed = [
        subprocess.run(
            [sys.executable, "-c", IMPORT], check=True, capture_output=True, text=True
        ).stdout.split()
        for _ in range(number)
    ]
    elapsed, cpu = ([float(each) for each in column] for column in zip(*printed, strict=True))
    print(
        f"import fastauth_client, n = {number}: median {statistics.median(elapsed):.3f} s, "
        f"max {max(elapsed):.3f} s; CPU median {statistics.median(cpu):.3f} s"
    )


def measure_start(number: int) -> None:
    """Print how long the real service takes to start on a new SQLite database."""
    elapsed, cpu = [], []
    for _ in range(number):
        with tempfile.TemporaryDirectory() as directory:
            used, begin = _cpu_of_children(), time.perf_counter()
            with FastauthServer(Path(directory)):
                elapsed.append(time.perf_counter() - begin)
            cpu.append(_cpu_of_children() - used)
    print(
        f"start of the service, n = {number}: median {statistics.median(elapsed):.2f} s, "
        f"max {max(elapsed):.2f} s; CPU with the stop, median {statistics.median(cpu):.2f} s"
    )


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.client", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--number", type=int, default=10_000, help="verifications in a round")
    parser.add_argument("--imports", type=int, default=20)
    parser.add_argument("--starts", type=int, default=0)
    arguments = parser.parse_args()
    measure_verification(arguments.rounds, arguments.number)
    if arguments.imports:
        measure_import(arguments.imports)
    if arguments.starts:
        measure_start(arguments.starts)


if __name__ == "__main__":
    main()
