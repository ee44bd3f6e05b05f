"""Revocations in the table ``revocation``, and ended sessions in the table ``session``."""
