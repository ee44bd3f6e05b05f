"""Which spellings of the database's address are understood."""

from typing import Any

import pytest
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from fastauth.entrypoints.settings.database_url import parse_database_url

CANARY = "canary"


def arguments(url: str) -> dict[str, object]:
    """Return what libpq is given."""
    dialect: Any = PGDialect_psycopg  # has no types
    _, given = dialect().create_connect_args(parse_database_url(url))
    return {name: value for name, value in given.items() if str(value).strip(",")}


class TestDatabaseUrl:
    @pytest.mark.parametrize(
        ("url", "host", "port"),
        [
            ("postgresql://u:p@h/d", "h", None),
            ("postgresql://u:p@h:5433/d", "h", 5433),
            ("postgresql://u:p@h1:5001,h2:5002/d", "h1,h2", "5001,5002"),
            ("postgresql+psycopg://u:p@h1:5001,h2:5002/d", "h1,h2", "5001,5002"),
            ("postgres://u:p@h1,h2,h3/d", "h1,h2,h3", None),
            ("postgresql://u:p@h1,h2:5433/d", "h1,h2", ",5433"),
            ("postgresql://u:p@[::1]:5001,[fe80::1]:5002/d", "::1,fe80::1", "5001,5002"),
            ("postgresql://u:p@[::1]:5433/d", "::1", 5433),
            ("postgresql://u:p@/d?host=h1,h2&port=5001,5002", "h1,h2", "5001,5002"),
            ("postgresql://u:p@/d?host=h1,h2&port=5001", "h1,h2", "5001,5001"),
            ("postgresql://u:p@/d?host=h1:5001&host=h2:5002", "h1,h2", "5001,5002"),
            ("postgresql://u:p@/d?host=h1:5001,h2:5002", "h1,h2", "5001,5002"),
            ("postgresql://u:p@/d?host=[::1]:5001,h2:5002", "::1,h2", "5001,5002"),
            ("postgresql://u:p@h1:5001/d?host=h2:5002", "h2", 5002),
            ("postgresql://u:p@%2Fvar%2Frun%2Fpg:5433/d", "/var/run/pg", "5433"),
            ("postgresql://u:p@/d?host=/var/run/pg", "/var/run/pg", None),
            ("postgresql://u:p@/d?host=/a,/b&port=1,2", "/a,/b", "1,2"),
            (" postgresql://u:p@h/d\n", "h", None),
        ],
    )
    def test_leads_to_these_servers(self, url: str, host: str, port: object) -> None:
        given = arguments(url)
        assert (given["host"], given.get("port")) == (host, port)
        assert (given["user"], given["password"], given["dbname"]) == ("u", "p", "d")

    def test_passes_options_on(self) -> None:
        url = "postgresql://h1,h2/d?target_session_attrs=read-write&sslmode=verify-full&options=-csearch_path%3Da"
        given = arguments(url)
        assert given["target_session_attrs"] == "read-write"
        assert given["sslmode"] == "verify-full"
        assert given["options"] == "-csearch_path=a"

    def test_takes_a_password_with_a_slash(self) -> None:
        assert arguments("postgresql://u:a/b+c=@h/d")["password"] == "a/b+c="

    @pytest.mark.parametrize(
        ("url", "message"),
        [
            (f"postgresql://u:{CANARY}@{CANARY}@h/d", "%40"),
            (f"postgresql://u:{CANARY}@{CANARY}@h1,h2/d", "%40"),
            (f"postgresql://u:{CANARY}@h/d?{CANARY}=1", "libpq does not know"),
            (f"postgresql://u:{CANARY}@h:99999/d", "1 to 65535"),
            (f"postgresql://u:{CANARY}@h1,h2/d?port=1,2,3&host=a,b", "2 hosts and 3 ports"),
            (f"postgresql://u:{CANARY}@h:{CANARY}/d", "port that is not a number"),
            (f"mysql://u:{CANARY}@h/d", "must begin with"),
            (CANARY, "is not a database URL"),
        ],
    )
    def test_error_has_the_reason_and_no_value(self, url: str, message: str) -> None:
        with pytest.raises(ValueError, match=message) as refusal:
            parse_database_url(url)
        assert CANARY not in str(refusal.value)
