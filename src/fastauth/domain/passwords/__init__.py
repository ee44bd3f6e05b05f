"""Passwords: what a new one must satisfy, and the port that hashes them."""
