"""Measurements for choosing the cost of a password hash."""
