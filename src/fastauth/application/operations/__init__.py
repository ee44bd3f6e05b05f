"""Use cases for operating the service."""
