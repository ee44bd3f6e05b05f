"""TLS on the listener, for connections from the proxy to the service."""

import ssl
from pathlib import Path

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""TLS 1.2: only forward secrecy with authenticated encryption. TLS 1.3 has no other cipher suites."""


def certificate_error(certificate: Path, key: Path) -> str | None:
    """Return why a listener cannot use this certificate and key (PEM), or ``None`` if it can."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password="")
    except ssl.SSLError as error:
        reason = error.reason
        return f"FASTAUTH_TLS_CERTIFICATE, FASTAUTH_TLS_KEY: not a certificate and its key ({reason})"
    except OSError as error:
        return f"FASTAUTH_TLS_CERTIFICATE or FASTAUTH_TLS_KEY cannot be read ({type(error).__name__})"
    return None


def local_client_context(certificate: Path) -> ssl.SSLContext:
    """Return the TLS context of a client that connects to a local listener with this certificate.

    Only this certificate is trusted. It need not name the loopback address.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(certificate)
    return context
