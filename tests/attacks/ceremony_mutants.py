"""Mutants of ceremonies: responses of a software authenticator with one or more edits."""

import json
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import cbor2
import httpx2
from tests.harness.authenticator import EDDSA, ES256, RS256, Authenticator, b64, new_key

from fastauth.application.passkeys.begin_passkey import CeremonyOptions
from fastauth.entrypoints.container import Container

JSON_VALUES: tuple[object, ...] = (
    *(None, True, 0, -1, 1.5, "", "A", "é", "public-key", "webauthn.get", [], {}, [1], {"a": {}}),
    *("A" * 2_000, 2**70, "\x00", "localhost", "http://localhost:8000"),
)

CBOR_VALUES: tuple[object, ...] = (None, 0, b"", "packed", "tpm", {}, [], {"sig": b"", "x5c": [b""]})


def _lenient(text: object) -> bytes | None:
    """Return what a lenient decoder makes of base64url; ``None`` if it makes nothing."""
    try:
        return urlsafe_b64decode(f"{text}===")
    except ValueError:
        return None


@dataclass
class Mutator:
    """Edits responses. The same seed makes the same edits."""

    random: Random

    def mutate(self, response: dict[str, Any]) -> dict[str, Any]:
        mutant: dict[str, Any] = json.loads(json.dumps(response))
        edits: list[Callable[[dict[str, Any]], None]] = [
            *([self._bytes] * 6),
            *([self._client_data] * 3),
            *([self._cbor] * 2),
            *(self._member, self._unsigned, self._text),
        ]
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            self.random.choice(edits)(mutant)
        return mutant

    def _part(self, mutant: dict[str, Any]) -> tuple[dict[str, Any], str] | None:
        inner = mutant.get("response")
        names = (
            [name for name, value in inner.items() if isinstance(value, str)]
            if isinstance(inner, dict)
            else []
        )
        return (inner, self.random.choice(names)) if isinstance(inner, dict) and names else None

    def _edited(self, content: bytes) -> bytes:
        data, at = bytearray(content or b"\0"), self.random.randrange(max(len(content), 1))
        match self.random.randrange(6):
            case 0:
                data[at] ^= 1 << self.random.randrange(8)
            case 1:
                data[at] = self.random.randrange(256)
            case 2:
                del data[at : at + self.random.choice((1, 2, 8, len(data)))]
            case 3:
                data[at:at] = self.random.randbytes(self.random.choice((1, 4, 33)))
            case 4:
                data[at : at + 4] = self.random.choice((b"\xff" * 4, b"\0" * 4, b"\x9f\x9f\x9f\x9f"))
            case _:
                data += data[:at]
        return bytes(data)

    def _bytes(self, mutant: dict[str, Any]) -> None:
        if part := self._part(mutant):
            inner, name = part
            inner[name] = b64(self._edited(_lenient(inner[name]) or b""))

    def _text(self, mutant: dict[str, Any]) -> None:
        """Spell base64url in another way: padding, other alphabets, junk in between."""
        if part := self._part(mutant):
            inner, name = part
            at = self.random.randrange(len(inner[name]) + 1)
            junk = self.random.choice(("=", "==", "\n", " ", "+", "/", ".", "%", "é", "\x00"))
            inner[name] = inner[name][:at] + junk + inner[name][at:]

    def _client_data(self, mutant: dict[str, Any]) -> None:
        inner = mutant.get("response")
        if not isinstance(inner, dict):
            return
        try:
            content = json.loads(_lenient(inner.get("clientDataJSON")) or b"")
            content[self.random.choice([*content, "tokenBinding", "topOrigin"])] = self.random.choice(
                JSON_VALUES
            )
            inner["clientDataJSON"] = b64(json.dumps(content).encode())
        except (ValueError, TypeError):
            return

    def _cbor(self, mutant: dict[str, Any]) -> None:
        """Edit the authenticator data within an attestation object, or replace a part of the object."""
        inner = mutant.get("response")
        if not isinstance(inner, dict) or "attestationObject" not in inner:
            return self._bytes(mutant)
        try:
            attestation = cbor2.loads(_lenient(inner["attestationObject"]) or b"")
            if self.random.randrange(3):
                attestation["authData"] = self._edited(attestation["authData"])
            else:
                value: object = self.random.choice(CBOR_VALUES)
                attestation[self.random.choice(("fmt", "attStmt", "authData"))] = value
            inner["attestationObject"] = b64(cbor2.dumps(attestation))
        except Exception:  # noqa: BLE001  an earlier edit has damaged the CBOR
            return self._bytes(mutant)

    def _member(self, mutant: dict[str, Any]) -> None:
        inner = mutant.get("response")
        target = inner if isinstance(inner, dict) and self.random.randrange(2) else mutant
        name = self.random.choice([*target, "extra"])
        if self.random.randrange(3):
            target[name] = self.random.choice(JSON_VALUES)
        else:
            target.pop(name, None)

    def _unsigned(self, mutant: dict[str, Any]) -> None:
        """Edit what no signature covers, and what the service must not trust."""
        match self.random.randrange(3):
            case 0:
                mutant["authenticatorAttachment"] = self.random.choice(JSON_VALUES)
            case 1:
                mutant["clientExtensionResults"] = self.random.choice(JSON_VALUES)
            case _:
                mutant["rawId"] = mutant["id"] = b64(self.random.randbytes(self.random.choice((1, 32, 1023))))


def _signed(response: dict[str, Any]) -> tuple[object, ...]:
    """Return what an assertion must be accepted for: the signed bytes, their signature and who signed."""
    inner = response.get("response")
    inner = inner if isinstance(inner, dict) else {}
    names = ("clientDataJSON", "authenticatorData", "signature", "userHandle")
    return (response.get("id"), *(_lenient(inner.get(name)) for name in names))


def _created(response: dict[str, Any]) -> tuple[object, ...]:
    """Return what a registration must be accepted for; without an attestation nothing is signed."""
    content = json.loads(_lenient(response["response"]["clientDataJSON"]) or b"")
    auth_data = cbor2.loads(_lenient(response["response"]["attestationObject"]) or b"")["authData"]
    return (content["type"], content["challenge"], content["origin"], auth_data[:32], auth_data[32] & 0x45)


@dataclass
class Outcome:
    """How many mutants there were, by status, and those that should not have been."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@dataclass
class CeremonyAttack:
    """Sends mutants of log-ins and registrations to an application without rate limits."""

    client: httpx2.AsyncClient
    container: Container
    mutator: Mutator
    outcome: Outcome = field(default_factory=Outcome)
    authenticators: list[Authenticator] = field(default_factory=list)

    async def begin_registration(self, username: str) -> CeremonyOptions:
        return await self.container.begin_passkey_registration()(
            username=username, fullname="Owner", address="192.0.2.1"
        )

    async def prepare(self) -> None:
        """Register an account for each algorithm."""
        for number, algorithm in enumerate((ES256, EDDSA, RS256)):
            authenticator = Authenticator()
            begun = await self.begin_registration(f"owner{number}")
            credential = authenticator.create(begun.options, key=new_key(algorithm))
            response = await self.client.post(
                "/users/register/passkey", json={"token": begun.token, "credential": credential}
            )
            assert response.status_code == 201, response.text
            self.authenticators.append(authenticator)

    async def log_in(self, number: int) -> None:
        """Send a mutant of a log-in."""
        begun = await self.container.begin_passkey_log_in()()
        original = self.authenticators[number % 3].get(begun.options)
        await self._send("/sessions/passkey", begun.token, original, accepted_if=_signed)

    async def register(self, number: int) -> None:
        """Send a mutant of a registration."""
        begun = await self.begin_registration(f"user{number}")
        original = Authenticator().create(begun.options)
        await self._send("/users/register/passkey", begun.token, original, accepted_if=_created)

    async def _send(
        self,
        path: str,
        token: str,
        original: dict[str, Any],
        *,
        accepted_if: Callable[[dict[str, Any]], object],
    ) -> None:
        mutant = self.mutator.mutate(original)
        response = await self.client.post(path, json={"token": token, "credential": mutant})
        status = response.status_code
        self.outcome.statuses[status] += 1
        is_wrong = status >= 500 or (status == 201 and accepted_if(mutant) != accepted_if(original))
        if is_wrong or status not in {201, 401, 422}:
            self.outcome.faults.append(f"{status}: {json.dumps(mutant)}")


async def attack(client: httpx2.AsyncClient, container: Container, *, mutants: int, seed: int) -> Outcome:
    """Send so many mutants, nine of ten of log-ins; return what happened."""
    attack = CeremonyAttack(client, container, Mutator(Random(seed)))  # noqa: S311  a repeatable test
    await attack.prepare()
    for number in range(mutants):
        await (attack.register(number) if number % 10 == 0 else attack.log_in(number))
    return attack.outcome
