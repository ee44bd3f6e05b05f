"""Test a service that fastauth-client protects.

The pytest plugin `fastauth_client.pytest_plugin` makes fixtures of it.
"""

from fastauth_client.testing.hostile_tokens import HOSTILE_TOKENS, HostileToken
from fastauth_client.testing.issuer import TestIssuer
from fastauth_client.testing.routes import assert_route_refuses_all
from fastauth_client.testing.server import FastauthServer

__all__ = ["HOSTILE_TOKENS", "FastauthServer", "HostileToken", "TestIssuer", "assert_route_refuses_all"]
