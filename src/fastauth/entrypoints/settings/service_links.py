"""Variables that Kubernetes creates for a Service, which are no settings."""

import re

_SERVICE_LINKS = {
    re.compile(r"FASTAUTH(_\w+)?_SERVICE_HOST"): re.compile(r"[0-9a-fA-F.:]+"),
    re.compile(r"FASTAUTH(_\w+)?_SERVICE_PORT(_\w+)?"): re.compile(r"\d+"),
    re.compile(r"FASTAUTH(_\w+)?_PORT"): re.compile(r"(tcp|udp|sctp)://.*"),
    re.compile(r"FASTAUTH(_\w+)?_PORT_\d+_(TCP|UDP|SCTP)"): re.compile(r"(tcp|udp|sctp)://.*"),
    re.compile(r"FASTAUTH(_\w+)?_PORT_\d+_(TCP|UDP|SCTP)_ADDR"): re.compile(r"[0-9a-fA-F.:]+"),
    re.compile(r"FASTAUTH(_\w+)?_PORT_\d+_(TCP|UDP|SCTP)_PORT"): re.compile(r"\d+"),
    re.compile(r"FASTAUTH(_\w+)?_PORT_\d+_(TCP|UDP|SCTP)_PROTO"): re.compile(r"tcp|udp|sctp"),
}
"""Names and values of the variables that Kubernetes creates for a Service whose name begins with
``fastauth``, in a pod whose ``enableServiceLinks`` is not false."""


def is_service_link(name: str, value: str) -> bool:
    """Return whether Kubernetes creates a variable of this name with this value for a Service."""
    return any(
        names.fullmatch(name) and values.fullmatch(value.strip()) for names, values in _SERVICE_LINKS.items()
    )
