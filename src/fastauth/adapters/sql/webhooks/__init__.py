"""Webhooks in the table ``webhook``."""
