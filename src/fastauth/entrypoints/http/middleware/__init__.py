"""Middleware: what holds for every request, whichever route it has."""
