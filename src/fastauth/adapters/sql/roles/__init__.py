"""Roles in the tables ``role``, ``role_permission`` and ``user_role``."""
