"""Revocations, for the services that verify access tokens by themselves."""
