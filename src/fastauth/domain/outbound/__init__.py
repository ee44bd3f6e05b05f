"""Requests to addresses that somebody else names, such as the URL of a webhook."""
