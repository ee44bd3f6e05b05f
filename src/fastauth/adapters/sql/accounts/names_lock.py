"""The lock under which usernames and e-mail addresses are compared, in PostgreSQL.

SQLite has one writer at a time and needs none.
"""

from sqlalchemy import func, select

_NAMES = int.from_bytes(b"fa_names", "big")

LOCK_NAMES_SHARED = select(func.pg_advisory_xact_lock_shared(_NAMES))
"""For verifications of addresses, of which several may run at once."""
LOCK_NAMES = select(func.pg_advisory_xact_lock(_NAMES))
"""For imports that store usernames with ``@``, or addresses."""
