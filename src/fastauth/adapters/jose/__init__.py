"""Access tokens, signing keys and sealed texts by the JOSE standards, with joserfc."""

from fastauth.adapters.jose.access_tokens import JoseAccessTokens as JoseAccessTokens
from fastauth.adapters.jose.claims import AccessTokenPolicy as AccessTokenPolicy
from fastauth.adapters.jose.key_cache import RELOAD_AFTER as RELOAD_AFTER
from fastauth.adapters.jose.secret_box import JoseSecretBox as JoseSecretBox
from fastauth.adapters.jose.signing_keys import JoseSigningKeyGenerator as JoseSigningKeyGenerator
