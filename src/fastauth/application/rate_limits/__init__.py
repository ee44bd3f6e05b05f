"""The rate limiter, which use cases call before they verify or hash a password."""
