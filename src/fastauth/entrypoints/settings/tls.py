"""TLS on the listener, for the way from the proxy to the service."""

import ssl
from pathlib import Path

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2: forward secrecy and authenticated encryption alone. TLS 1.3 has no others."""


def certificate_error(certificate: Path, key: Path) -> str | None:
    """Return why a listener cannot use this certificate and key; nothing if it can. Both are in PEM."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password="")
    except ssl.SSLError as error:
        reason = error.reason
        return f"FASTAUTH_TLS_CERTIFICATE, FASTAUTH_TLS_KEY: are not a certificate and its key ({reason})"
    except OSError as error:
        return f"FASTAUTH_TLS_CERTIFICATE or FASTAUTH_TLS_KEY cannot be read ({type(error).__name__})"
    return None


def local_client_context(certificate: Path) -> ssl.SSLContext:
    """Return what a client needs to ask a listener of this machine, which has this certificate.

    Only that very certificate is trusted. Its name need not be that of the loopback address.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(certificate)
    return context
