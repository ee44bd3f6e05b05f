"""The rate limiter, which use cases ask before they check a password."""
