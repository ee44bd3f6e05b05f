"""Parse ``FASTAUTH_DATABASE_URL`` in the syntax of SQLAlchemy or libpq.

psycopg is large, so only URLs of PostgreSQL import it.
"""

import re
from collections.abc import Sequence
from urllib.parse import unquote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

NOT_A_URL = "is not a database URL such as postgresql://user:password@host/name"
PORTS = range(1, 65_536)
_SQLITES = ("sqlite", "sqlite+aiosqlite")
_POSTGRES = ("postgres", "postgresql", "postgresql+psycopg")
_LIBPQS_OWN = re.compile(r"(postgres(?:ql)?)(?:\+psycopg)?(://.*)", re.DOTALL)
_SERVER = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>[0-9]*))?")


def parse_database_url(value: object) -> URL:
    """Return the URL with its driver. Several hosts are lists in its query, as in libpq.

    Raises:
        ValueError: It is not a URL of SQLite or PostgreSQL.
    """
    url = value if isinstance(value, URL) else _parsed(str(value).strip())
    if url.drivername in _SQLITES:
        return url.set(drivername="sqlite+aiosqlite")
    if url.drivername in _POSTGRES:
        return _postgres(url.set(drivername="postgresql+psycopg"))
    raise ValueError("must begin with sqlite:// or postgresql://; the drivers are aiosqlite and psycopg")


def _parsed(text: str) -> URL:
    own = _LIBPQS_OWN.fullmatch(text)
    try:
        url = make_url(text)
        if not own or not re.search(r"[],]", url.host or ""):
            return url
    except (ArgumentError, ValueError):
        if not own:
            raise ValueError(NOT_A_URL) from None
    from psycopg import Error  # noqa: PLC0415  see the module
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415  see the module

    try:  # several hosts, which SQLAlchemy cannot parse or parses wrongly
        found = {name: str(value) for name, value in conninfo_to_dict("".join(own.groups())).items()}
    except Error:
        raise ValueError(NOT_A_URL) from None
    user, password, database = (found.pop(name, None) for name in ("user", "password", "dbname"))
    return URL.create("postgresql", user, password, database=database, query=found)


def _postgres(url: URL) -> URL:
    servers = _servers(url)
    if any("@" in host for host, _ in servers):
        raise ValueError("has an @ in its user or password; write it as %40")
    if any(port and int(port) not in PORTS for _, port in servers):
        raise ValueError("has a port outside of 1 to 65535")
    query = {name: given for name, given in url.query.items() if name not in {"host", "port"}}
    host, port = servers[0]
    number = None
    if len(servers) > 1 or host.startswith("/"):
        query |= {"host": ",".join(host for host, _ in servers)}
        if any(port for _, port in servers):
            query |= {"port": ",".join(port for _, port in servers)}
        host = ""
    elif port:
        number = int(port)
    found = URL.create(url.drivername, url.username, url.password, host or None, number, url.database, query)
    _refuse_unknown_options(found)
    return found


def _servers(url: URL) -> list[tuple[str, str]]:
    """Return host and port of each server. As in libpq, the query overrides the authority of the URL."""
    hosts = _listed(url.query.get("host", ())) or [unquote(url.host or "")]
    ports = _listed(url.query.get("port", ())) or [str(url.port or "")]
    servers = []
    for host in hosts:
        match = None if host.startswith("/") else _SERVER.fullmatch(host)
        servers.append((match["host"].strip("[]"), match["port"] or "") if match else (host, ""))
    if any(port for _, port in servers):
        return [(host, port or ports[0]) for host, port in servers]
    if len(ports) not in {1, len(servers)}:
        raise ValueError(f"has {len(servers)} hosts and {len(ports)} ports")
    ports = ports * len(servers) if len(ports) == 1 else ports
    if not all(re.fullmatch(r"[0-9]*", port) for port in ports):
        raise ValueError("has a port that is not a number")
    return [(host, port) for (host, _), port in zip(servers, ports, strict=True)]


def _listed(given: str | Sequence[str]) -> list[str]:
    values = [given] if isinstance(given, str) else list(given)
    return [each for value in values for each in value.split(",")] if any(values) else []


def _refuse_unknown_options(url: URL) -> None:
    from psycopg import Error  # noqa: PLC0415  see the module
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415  see the module

    options = {name: given if isinstance(given, str) else given[-1] for name, given in url.query.items()}
    try:
        make_conninfo("", **options)
    except Error:
        raise ValueError("has an option after the ? that libpq does not know") from None
