"""Principals: who calls an operation that needs a permission."""
