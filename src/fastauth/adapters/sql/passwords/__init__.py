"""Password hashes in the table ``user_info``."""
