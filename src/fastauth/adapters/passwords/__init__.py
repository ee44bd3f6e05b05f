"""Password hashing: algorithms, the thread pool, and blocklists."""

from fastauth.adapters.passwords.argon2id import Argon2PasswordHasher as Argon2PasswordHasher
from fastauth.adapters.passwords.blocklist import common_passwords as common_passwords
from fastauth.adapters.passwords.breached import BreachedPasswords as BreachedPasswords
from fastauth.adapters.passwords.hashing_pool import HashingPool as HashingPool
from fastauth.adapters.passwords.hashing_pool import HashObserver as HashObserver
from fastauth.adapters.passwords.legacy_hashes import HASH_PREFIXES as HASH_PREFIXES
from fastauth.adapters.passwords.native_builds import active_build as active_build
from fastauth.adapters.passwords.native_builds import fastest_build as fastest_build
