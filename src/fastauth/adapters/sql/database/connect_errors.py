"""Names the reason for which a connection to Postgres was not made.

libpq gives no SQLSTATE for a connection that failed, only a text. The text may hold what was meant to
be secret (of ``user:p@ss@host`` libpq takes ``ss@host`` for the host), so none of it is passed on: it
is looked up here, and the reason is in words of our own.
"""

import re
from collections.abc import Sequence

import psycopg

_PATTERNS = (
    (
        (
            r"password authentication failed|no password supplied|SASL authentication failed"
            r"|(?:Peer|Ident|LDAP|PAM|RADIUS|GSSAPI|Certificate|certificate) authentication failed"
            r"|bad_password|auth failed|invalid credentials"
        ),
        (
            "the server refuses the user or the password; in a URL, characters such as @ : / % are written"
            " percent-encoded"
        ),
    ),
    (r'role ".*" does not exist|no such user', "the server has no such role; CREATE ROLE ... LOGIN"),
    (r"not permitted to log in", "the role may not log in; ALTER ROLE ... LOGIN"),
    (
        r"permission denied for database",
        "the role may not connect to the database; GRANT CONNECT ON DATABASE ... TO ...",
    ),
    (r'database ".*" does not exist|no such database', "the server has no such database; CREATE DATABASE"),
    (
        r"not currently accepting connections",
        "the database takes no connections; ALTER DATABASE ... ALLOW_CONNECTIONS true",
    ),
    (
        r"no pg_hba\.conf entry.*no encryption",
        (
            "pg_hba.conf on the server allows no connection of this user, from here, without TLS;"
            " set sslmode=require or add a line to it"
        ),
    ),
    (
        r"no pg_hba\.conf entry|pg_hba\.conf rejects",
        "pg_hba.conf on the server allows no connection of this user to this database from here",
    ),
    (
        r"too many clients|too many connections|remaining connection slots|no more connections allowed",
        (
            "the server, the database or the role has no connection left"
            " (max_connections, CONNECTION LIMIT); use fewer workers or a smaller pool"
        ),
    ),
    (
        r"starting up|shutting down|recovery mode|not yet accepting connections|consistent recovery",
        "the server is starting or stopping",
    ),
    (
        r"read-only|hot standby mode|standby",
        "the server takes no writes or is not of the kind that target_session_attrs asks for",
    ),
    (r"server does not support SSL", "the server does not speak TLS, and sslmode demands it"),
    (
        r"root certificate|certificate verify failed|server certificate|host name.*certificate",
        "the server's TLS certificate cannot be verified; see sslmode and sslrootcert",
    ),
    (
        r"client certificate|certificate file|private key file|sslcert|sslkey",
        "the client's TLS certificate or key (sslcert, sslkey) is missing, unreadable or refused",
    ),
    (
        (
            r"invalid response to SSL negotiation|expected authentication request|lost synchronization"
            r"|invalid length of|protocol version|unexpected message"
        ),
        "what answers there is not PostgreSQL",
    ),
    (r"SSL error|SSL connection|SSL SYSCALL|tlsv1|TLS", "TLS with the server fails"),
    (
        r"channel binding|authentication method|SASL|SCRAM",
        "the server and these settings agree on no way to authenticate (require_auth, channel_binding)",
    ),
    (r"GSSAPI|GSS", "GSSAPI with the server fails; see gssencmode"),
    (
        r"resolve host|translate host name|Name or service not known|name resolution",
        "the name of the host is not known (DNS)",
    ),
    (r"Connection refused", "nothing listens at that host and port"),
    (
        r"No such file or directory",
        "there is no socket of a server in that directory",
    ),
    (r"Permission denied", "the socket of the server may not be opened by this account"),
    (r"No route to host|unreachable", "there is no route to the host"),
    (r"timeout expired|timed out", "there is no answer in time"),
    (
        r"closed the connection unexpectedly|Connection reset|Broken pipe|could not receive data",
        "the other side closes the connection: no PostgreSQL, or a proxy that has none behind it",
    ),
    (
        (
            r"unrecognized configuration parameter|invalid value for parameter|invalid command-line argument"
            r"|unsupported startup parameter"
        ),
        "the server does not know a setting in ?options=",
    ),
    (
        (
            r"invalid .*value|invalid port|definition of service|bad value for|service file|could not match"
            r"|invalid connection option|invalid URI"
        ),
        "one of its options has no valid value",
    ),
)
_REASONS = [(re.compile(pattern, re.DOTALL), reason) for pattern, reason in _PATTERNS]

UNKNOWN = "the connection is refused for a reason that the server's log has"


class ConnectionFailed(psycopg.OperationalError):
    """No connection could be made. ``reason`` says why, in one line and without a secret."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def reason_of(error: BaseException) -> str:
    """Return why a connection could not be made."""
    if isinstance(error, ConnectionFailed):
        return error.reason
    if isinstance(error, TimeoutError):
        return "there is no answer in time"
    said = str(error)
    return next((reason for pattern, reason in _REASONS if pattern.search(said)), UNKNOWN)


def reason_of_all(errors: Sequence[BaseException]) -> str:
    """Return why none of several servers could be connected to: each different reason once."""
    reasons = list(dict.fromkeys(map(reason_of, errors)))
    if len(errors) == 1 or len(reasons) == 1:
        return reasons[0]
    return f"of {len(errors)} servers none will do: " + "; ".join(reasons)
