"""Mails: their contents, and the port that sends them."""
