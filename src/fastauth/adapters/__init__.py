"""Implementations of the domain's ports: one module or package for each technology.

An adapter depends on the core and its own library, never on another adapter.
"""
