"""Password hashes that other software made: good ones, ones that would cost too much, damaged ones."""

import hashlib
from base64 import b64encode

import argon2
import bcrypt

PASSWORD = "zwei Tassen Tee ☕"
SECRET = PASSWORD.encode()


def bcrypted(password: bytes) -> str:
    return bcrypt.hashpw(password, bcrypt.gensalt(4)).decode()


def encoded(key: bytes) -> str:
    return b64encode(key).decode()


def pbkdf2(digest: str) -> str:
    return f"pbkdf2_{digest}$1000$salt${encoded(hashlib.pbkdf2_hmac(digest, SECRET, b'salt', 1_000))}"


def scrypt() -> str:
    return f"scrypt$1024$salt$8$1${encoded(hashlib.scrypt(SECRET, salt=b'salt', n=1_024, r=8, p=1))}"


# The tutorial keeps bcrypt's own format; Django writes "algorithm$" and then what the algorithm needs.
ADOPTED = {
    "tutorial": bcrypted(SECRET),
    "pbkdf2_sha256": pbkdf2("sha256"),
    "pbkdf2_sha1": pbkdf2("sha1"),
    "bcrypt": f"bcrypt${bcrypted(SECRET)}",
    "bcrypt_sha256": f"bcrypt_sha256${bcrypted(hashlib.sha256(SECRET).hexdigest().encode())}",
    "scrypt": scrypt(),
    "argon2": f"argon2{argon2.PasswordHasher(time_cost=2, memory_cost=512, parallelism=8).hash(SECRET)}",
}
HOSTILE = {
    "bcrypt": f"$2b$31${'.' * 53}",
    "bcrypt_sha256": f"bcrypt_sha256$$2b$31${'.' * 53}",
    "pbkdf2_sha256": f"pbkdf2_sha256${10**9}$salt${encoded(bytes(32))}",
    "scrypt": f"scrypt${2**30}$salt$8$1${encoded(bytes(64))}",
    "argon2-of-64-GiB": ADOPTED["argon2"].replace("m=512", f"m={64 * 1024**2}"),
    "argon2-of-a-million-passes": ADOPTED["argon2"].replace("t=2", f"t={10**6}"),
}
DAMAGED = {
    "nothing": "",
    "no-hash": "!",
    "the-password": PASSWORD,
    "half-a-hash": ADOPTED["argon2"][:-3],
    "an-impossible-salt": f"$2b$04${'z' * 53}",
}
