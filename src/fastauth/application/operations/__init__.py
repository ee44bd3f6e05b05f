"""Use cases of whoever operates the service."""
