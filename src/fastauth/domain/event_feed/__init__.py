"""The event feed: audit events that are published to other services, in one order."""
