"""Signatures and keys by the JOSE standards, through joserfc."""

from fastauth.adapters.jose.access_tokens import RELOAD_AFTER as RELOAD_AFTER
from fastauth.adapters.jose.access_tokens import AccessTokenPolicy as AccessTokenPolicy
from fastauth.adapters.jose.access_tokens import JoseAccessTokens as JoseAccessTokens
from fastauth.adapters.jose.signing_keys import JoseSigningKeyGenerator as JoseSigningKeyGenerator
