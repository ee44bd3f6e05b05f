"""Webhooks: events of the feed, sent to URLs (Standard Webhooks)."""
