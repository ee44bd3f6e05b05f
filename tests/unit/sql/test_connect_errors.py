"""Why a connection to Postgres was not made, in words that hold no secret."""

import psycopg
import pytest

from fastauth.adapters.sql.database.connect_errors import UNKNOWN, ConnectionFailed, reason_of, reason_of_all

AT = 'connection failed: connection to server at "ss@h", port 5432 failed: '
TEXTS = [
    ('FATAL:  password authentication failed for user "u"', "user or the password"),
    ("fe_sendauth: no password supplied", "user or the password"),
    ('FATAL:  role "u" does not exist', "no such role"),
    ('FATAL:  role "u" is not permitted to log in', "may not log in"),
    ('FATAL:  database "d" does not exist', "no such database"),
    ('FATAL:  permission denied for database "d"\nDETAIL:  No CONNECT.', "GRANT CONNECT"),
    ('FATAL:  database "d" is not currently accepting connections', "takes no connections"),
    ('FATAL:  no pg_hba.conf entry for host "1.2.3.4", no encryption', "sslmode=require"),
    ('FATAL:  no pg_hba.conf entry for host "1.2.3.4", SSL encryption', "pg_hba.conf"),
    ('FATAL:  pg_hba.conf rejects connection for host "1.2.3.4", user "u", database "d"', "pg_hba.conf"),
    ("FATAL:  sorry, too many clients already", "no connection left"),
    ('FATAL:  too many connections for role "u"', "no connection left"),
    ("FATAL:  remaining connection slots are reserved", "no connection left"),
    ("FATAL:  the database system is starting up", "starting or stopping"),
    ("FATAL:  the database system is not yet accepting connections", "starting or stopping"),
    ("session is read-only", "takes no writes"),
    ("server is in hot standby mode", "takes no writes"),
    ("server does not support SSL, but SSL was required", "does not speak TLS"),
    ("SSL error: certificate verify failed", "cannot be verified"),
    ('root certificate file "/x" does not exist', "cannot be verified"),
    ('server certificate for "a" does not match host name "b"', "cannot be verified"),
    ("FATAL:  connection requires a valid client certificate", "client's TLS certificate"),
    ("received invalid response to SSL negotiation: H", "not PostgreSQL"),
    ("expected authentication request from server, but received H", "not PostgreSQL"),
    ("channel binding required, but SSL not in use", "no way to authenticate"),
    ("Connection refused\n\tIs the server running on that host?", "nothing listens"),
    ("No such file or directory\n\tIs the server running locally?", "socket"),
    ("No route to host", "no route"),
    ("timeout expired", "no answer in time"),
    ("server closed the connection unexpectedly\n\tThis probably means", "closes the connection"),
    ('FATAL:  unrecognized configuration parameter "foo"', "?options="),
    ('invalid sslmode value: "foo"', "no valid value"),
    ("FATAL:  etwas ganz anderes", UNKNOWN),
]


class TestReason:
    @pytest.mark.parametrize(("text", "told"), TEXTS)
    def test_is_told_in_one_line_without_what_the_text_holds(self, text: str, told: str) -> None:
        reason = reason_of(psycopg.OperationalError(AT + text))
        assert told in reason
        assert "\n" not in reason
        assert "ss@h" not in reason

    def test_is_told_once_where_all_servers_have_the_same(self) -> None:
        assert (
            reason_of_all([TimeoutError(), ConnectionFailed(reason_of(TimeoutError()))])
            == "there is no answer in time"
        )

    def test_is_told_for_each_where_they_differ(self) -> None:
        told = reason_of_all([TimeoutError(), ConnectionFailed("why"), ConnectionFailed("why")])
        assert told == "of 3 servers none will do: there is no answer in time; why"
