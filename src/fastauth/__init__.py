"""An authentication service that a Python team runs beside its own services.

Four rooms, and every arrow points inwards::

    entrypoints ──▶ adapters ──▶ application ──▶ domain
    how it is       how it is    what one        what an
    reached         done         can do          account is
"""
