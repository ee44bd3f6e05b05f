"""Texts that are no JWS in compact serialisation."""

import json
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from tests.attacks.token_forgeries.encoding import b64, decode_part, encode_part, sign_jws
from tests.attacks.token_forgeries.forger import Forger
from tests.attacks.token_forgeries.table import Forgeries

ONE = (1).to_bytes(32)
SHAPES: dict[str, Callable[[str, str, str], str]] = {
    "padded header": lambda h, p, s: f"{h}=.{p}.{s}",
    "padded payload": lambda h, p, s: f"{h}.{p}=.{s}",
    "padded signature": lambda h, p, s: f"{h}.{p}.{s}==",
    "much padded signature": lambda h, p, s: f"{h}.{p}.{s}====",
    "percent-encoded padding": lambda h, p, s: f"{h}.{p}.{s}%3D%3D",
    "dot in front": lambda h, p, s: f".{h}.{p}.{s}",
    "dot behind": lambda h, p, s: f"{h}.{p}.{s}.",
    "two dots between": lambda h, p, s: f"{h}..{p}.{s}",
    "no header": lambda _, p, s: f".{p}.{s}",
    "no payload": lambda h, _, s: f"{h}..{s}",
    "header alone": lambda h, _, __: h,
    "header and payload": lambda h, p, _: f"{h}.{p}",
    "payload and signature": lambda _, p, s: f"{p}.{s}",
    "nothing": lambda *_: "",
    "a dot": lambda *_: ".",
    "two dots": lambda *_: "..",
    "four dots": lambda *_: "....",
    "a thousand dots": lambda *_: "." * 1_000,
    "four parts": lambda h, p, s: f"{h}.{p}.{s}.{s}",
    "five parts": lambda h, p, s: f"{h}.{p}.{s}.{s}.{s}",
    "five parts that are empty": lambda h, _, __: f"{h}....",
    "the parts exchanged": lambda h, p, s: f"{p}.{h}.{s}",
    "white space in the middle": lambda h, p, s: f"{h}. {p}.{s}",
    "tab in the middle": lambda h, p, s: f"{h}.\t{p}.{s}",
    "no-break space behind": lambda h, p, s: f"{h}.{p}.{s}\N{NO-BREAK SPACE}",
    "zero-width space in front": lambda h, p, s: f"\N{ZERO WIDTH SPACE}{h}.{p}.{s}",
    "line feed in the middle": lambda h, p, s: f"{h}.\n{p}.{s}",
    "line feed in the header": lambda h, p, s: f"{h[:9]}\n{h[9:]}.{p}.{s}",
    "form feed behind": lambda h, p, s: f"{h}.{p}.{s}\f",
    "NUL behind": lambda h, p, s: f"{h}.{p}.{s}\0",
    "quotes": lambda h, p, s: f'"{h}.{p}.{s}"',
    "comma and again": lambda h, p, s: f"{h}.{p}.{s},{h}.{p}.{s}",
    "a letter of full width": lambda h, p, s: f"{chr(ord(h[0]) + 0xFEE0)}{h[1:]}.{p}.{s}",
    "a digit of another script": lambda h, p, s: f"{h}.{p}.{s[:-1]}\N{ARABIC-INDIC DIGIT ONE}",
    "a dot of full width": lambda h, p, s: f"{h}\N{FULLWIDTH FULL STOP}{p}.{s}",
    "the alphabet of base64": lambda h, p, s: f"{h}.{p}.+/{s[2:]}",
    "a letter that base64 skips": lambda h, p, s: f"{h}.{p}.{s[:5]}!{s[5:]}",
    "a signature of zeros": lambda h, p, _: f"{h}.{p}.{b64(bytes(64))}",
    "a signature of ones": lambda h, p, _: f"{h}.{p}.{b64(ONE + ONE)}",
    "a signature of all bits": lambda h, p, _: f"{h}.{p}.{'_' * 85}w",
    "half a signature": lambda h, p, s: f"{h}.{p}.{s[:43]}",
    "a signature twice": lambda h, p, s: f"{h}.{p}.{s}{s}",
    "a signature with a zero in front": lambda h, p, s: f"{h}.{p}.{b64(bytes(1) + decode_part(s))}",
    "a signature with a zero behind": lambda h, p, s: f"{h}.{p}.{b64(decode_part(s) + bytes(1))}",
    "of 5 kB, most of it signature": lambda h, p, s: f"{h}.{p}.{s}{'A' * 4_600}",
    "of 100 kB, most of it signature": lambda h, p, s: f"{h}.{p}.{s}{'A' * 100_000}",
}
ENCRYPTED: dict[str, dict[str, object]] = {
    "directly": {"alg": "dir", "enc": "A256GCM"},
    "by PBES2": {"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 2**31 - 1, "p2s": "AAAA"},
    "by ECDH-ES": {"alg": "ECDH-ES", "enc": "A128GCM"},
    "and compressed": {"alg": "dir", "enc": "A128GCM", "zip": "DEF"},
}


def add_shapes(forgeries: Forgeries) -> None:
    forgeries.add_each("{}", SHAPES, lambda f, shape: shape(*f.parts()))
    forgeries.add_each(
        "encrypted {}", ENCRYPTED, lambda f, h: f"{encode_part(h | {'kid': f.kid})}.AAAA.AAAA.AAAA.AAAA"
    )
    forgeries.add("a signature in DER", _signed_in_der)
    forgeries.add("flattened JSON", _flattened)
    forgeries.add("general JSON", _general)
    forgeries.add("the refresh token", lambda f: f.refresh_token)
    forgeries.add(
        "the refresh token in three parts", lambda f: f"{f.refresh_token[:40]}.{f.refresh_token[40:]}.AA"
    )
    forgeries.add("of 5 kB", lambda f: f.signed(payload=f.payload(much="x" * 3_500)))
    forgeries.add("of 100 kB", lambda f: f.signed(payload=f.payload(much="x" * 75_000)))


def _signed_in_der(f: Forger) -> str:
    def sign(text: bytes) -> bytes:
        if isinstance(f.key, ed25519.Ed25519PrivateKey):
            return b"\x04\x40" + f.key.sign(text)
        return f.key.sign(text, ec.ECDSA(hashes.SHA256()))

    return sign_jws(f.header(), f.claims, sign)


def _flattened(f: Forger) -> str:
    header, payload, signature = f.parts()
    return json.dumps({"protected": header, "payload": payload, "signature": signature})


def _general(f: Forger) -> str:
    header, payload, signature = f.parts()
    return json.dumps({"payload": payload, "signatures": [{"protected": header, "signature": signature}]})
