"""Find the reason for which a connection to PostgreSQL failed.

libpq gives no SQLSTATE for a failed connection, only a text. The text may contain secrets: in
``user:p@ss@host`` libpq takes ``ss@host`` for the host. So the text is never passed on. It is matched
against the patterns below, and the operator sees the reason beside the first pattern that matches.
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
        ("the server rejects the user or the password; in a URL, percent-encode characters such as @ : / %"),
    ),
    (r'role ".*" does not exist|no such user', "the role does not exist; run: CREATE ROLE ... LOGIN"),
    (r"not permitted to log in", "the role is not allowed to log in; run: ALTER ROLE ... LOGIN"),
    (
        r"permission denied for database",
        "the role has no permission to connect to the database; run: GRANT CONNECT ON DATABASE ... TO ...",
    ),
    (r'database ".*" does not exist|no such database', "the database does not exist; run: CREATE DATABASE"),
    (
        r"not currently accepting connections",
        "the database accepts no connections; run: ALTER DATABASE ... ALLOW_CONNECTIONS true",
    ),
    (
        r"no pg_hba\.conf entry.*no encryption",
        (
            "pg_hba.conf on the server rejects this user from this address without TLS;"
            " set sslmode=require or add a line to pg_hba.conf"
        ),
    ),
    (
        r"no pg_hba\.conf entry|pg_hba\.conf rejects",
        "pg_hba.conf on the server rejects this user and database from this address; add a line to it",
    ),
    (
        r"too many clients|too many connections|remaining connection slots|no more connections allowed",
        (
            "the server, the database or the role has reached its connection limit"
            " (max_connections, CONNECTION LIMIT); use fewer workers or a smaller pool"
        ),
    ),
    (
        r"starting up|shutting down|recovery mode|not yet accepting connections|consistent recovery",
        "the server is starting or stopping",
    ),
    (
        r"read-only|hot standby mode|standby",
        "the server is read-only, or is not of the kind that target_session_attrs requires",
    ),
    (r"server does not support SSL", "the server does not support TLS, and sslmode requires it"),
    (
        r"root certificate|certificate verify failed|server certificate|host name.*certificate",
        "the server's TLS certificate cannot be verified; see sslmode and sslrootcert",
    ),
    (
        r"client certificate|certificate file|private key file|sslcert|sslkey",
        "the client's TLS certificate or key (sslcert, sslkey) is missing, unreadable or rejected",
    ),
    (
        (
            r"invalid response to SSL negotiation|expected authentication request|lost synchronization"
            r"|invalid length of|protocol version|unexpected message"
        ),
        "the server at that address is not PostgreSQL",
    ),
    (r"SSL error|SSL connection|SSL SYSCALL|tlsv1|TLS", "the TLS handshake with the server failed"),
    (
        r"channel binding|authentication method|SASL|SCRAM",
        "the server supports no authentication method that require_auth and channel_binding allow",
    ),
    (r"GSSAPI|GSS", "GSSAPI with the server failed; see gssencmode"),
    (
        r"resolve host|translate host name|Name or service not known|name resolution",
        "the host name cannot be resolved (DNS)",
    ),
    (r"Connection refused", "no server listens at that host and port"),
    (
        r"No such file or directory",
        "the directory contains no socket of a server",
    ),
    (r"Permission denied", "this operating system user has no permission to open the server's socket"),
    (r"No route to host|unreachable", "there is no route to the host"),
    (r"timeout expired|timed out", "the server did not answer in time"),
    (
        r"closed the connection unexpectedly|Connection reset|Broken pipe|could not receive data",
        "the server closed the connection: it is not PostgreSQL, or a proxy without a PostgreSQL behind it",
    ),
    (
        (
            r"unrecognized configuration parameter|invalid value for parameter|invalid command-line argument"
            r"|unsupported startup parameter"
        ),
        "the server does not know a parameter in ?options=",
    ),
    (
        (
            r"invalid .*value|invalid port|definition of service|bad value for|service file|could not match"
            r"|invalid connection option|invalid URI"
        ),
        "a connection parameter has an invalid value",
    ),
)
_REASONS = [(re.compile(pattern, re.DOTALL), reason) for pattern, reason in _PATTERNS]

UNKNOWN = "the connection failed; see the log of the server"


class ConnectionFailed(psycopg.OperationalError):
    """No connection could be made. ``reason`` is one line for operators and contains no secret."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def reason_of(error: BaseException) -> str:
    """Return why a connection failed, as one line without secrets."""
    if isinstance(error, ConnectionFailed):
        return error.reason
    if isinstance(error, TimeoutError):
        return "the server did not answer in time"
    text = str(error)
    return next((reason for pattern, reason in _REASONS if pattern.search(text)), UNKNOWN)


def reason_of_all(errors: Sequence[BaseException]) -> str:
    """Return why all of several connections failed: each different reason once."""
    reasons = list(dict.fromkeys(map(reason_of, errors)))
    if len(errors) == 1 or len(reasons) == 1:
        return reasons[0]
    return f"none of {len(errors)} servers can be used: " + "; ".join(reasons)
