"""Roles and their permissions, which access tokens carry to other services."""
