"""Columns with sealed texts."""
