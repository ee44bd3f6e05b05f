"""Requests to addresses that users name, such as the URL of a webhook."""
