"""Cookies of browsers in the table ``browser_session``."""
