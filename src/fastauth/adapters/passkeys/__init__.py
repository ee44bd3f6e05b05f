"""Verification of passkeys with py_webauthn."""

from fastauth.adapters.passkeys.verifier import WebauthnPasskeyVerifier as WebauthnPasskeyVerifier
