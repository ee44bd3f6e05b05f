"""Reasons of failed connections to PostgreSQL, without secrets."""

import psycopg
import pytest

from fastauth.adapters.sql.database.connect_errors import UNKNOWN, ConnectionFailed, reason_of, reason_of_all

AT = 'connection failed: connection to server at "ss@h", port 5432 failed: '
TEXTS = [
    ('FATAL:  password authentication failed for user "u"', "user or the password"),
    ("fe_sendauth: no password supplied", "user or the password"),
    ('FATAL:  role "u" does not exist', "role does not exist"),
    ('FATAL:  role "u" is not permitted to log in', "not allowed to log in"),
    ('FATAL:  database "d" does not exist', "database does not exist"),
    ('FATAL:  permission denied for database "d"\nDETAIL:  No CONNECT.', "GRANT CONNECT"),
    ('FATAL:  database "d" is not currently accepting connections', "accepts no connections"),
    ('FATAL:  no pg_hba.conf entry for host "1.2.3.4", no encryption', "sslmode=require"),
    ('FATAL:  no pg_hba.conf entry for host "1.2.3.4", SSL encryption', "pg_hba.conf"),
    ('FATAL:  pg_hba.conf rejects connection for host "1.2.3.4", user "u", database "d"', "pg_hba.conf"),
    ("FATAL:  sorry, too many clients already", "connection limit"),
    ('FATAL:  too many connections for role "u"', "connection limit"),
    ("FATAL:  remaining connection slots are reserved", "connection limit"),
    ("FATAL:  the database system is starting up", "starting or stopping"),
    ("FATAL:  the database system is not yet accepting connections", "starting or stopping"),
    ("session is read-only", "read-only"),
    ("server is in hot standby mode", "read-only"),
    ("server does not support SSL, but SSL was required", "does not support TLS"),
    ("SSL error: certificate verify failed", "cannot be verified"),
    ('root certificate file "/x" does not exist', "cannot be verified"),
    ('server certificate for "a" does not match host name "b"', "cannot be verified"),
    ("FATAL:  connection requires a valid client certificate", "client's TLS certificate"),
    ("received invalid response to SSL negotiation: H", "not PostgreSQL"),
    ("expected authentication request from server, but received H", "not PostgreSQL"),
    ("channel binding required, but SSL not in use", "no authentication method"),
    ("Connection refused\n\tIs the server running on that host?", "no server listens"),
    ("No such file or directory\n\tIs the server running locally?", "socket"),
    ("No route to host", "no route"),
    ("timeout expired", "did not answer in time"),
    ("server closed the connection unexpectedly\n\tThis probably means", "closed the connection"),
    ('FATAL:  unrecognized configuration parameter "foo"', "?options="),
    ('invalid sslmode value: "foo"', "invalid value"),
    ("FATAL:  etwas ganz anderes", UNKNOWN),
]


class TestConnectErrors:
    @pytest.mark.parametrize(("text", "expected"), TEXTS)
    def test_reason_is_one_line_without_text_of_libpq(self, text: str, expected: str) -> None:
        reason = reason_of(psycopg.OperationalError(AT + text))
        assert expected in reason
        assert "\n" not in reason
        assert "ss@h" not in reason

    def test_same_reason_of_all_servers_is_given_once(self) -> None:
        assert (
            reason_of_all([TimeoutError(), ConnectionFailed(reason_of(TimeoutError()))])
            == "the server did not answer in time"
        )

    def test_different_reasons_are_all_given(self) -> None:
        reason = reason_of_all([TimeoutError(), ConnectionFailed("why"), ConnectionFailed("why")])
        assert reason == "none of 3 servers can be used: the server did not answer in time; why"
