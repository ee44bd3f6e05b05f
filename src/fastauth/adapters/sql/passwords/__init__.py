"""Password hashes that are stored."""
