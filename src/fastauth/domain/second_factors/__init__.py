"""Second factors of a log-in: TOTP and recovery codes."""
