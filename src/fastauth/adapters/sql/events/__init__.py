"""Audit events, which repositories write in the same statement or transaction as the change."""
