"""Second factors in the tables ``totp`` and ``recovery_code``."""
