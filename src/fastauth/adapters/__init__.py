"""How it is done: one module or package for each technology, each behind a port of the domain.

They know the core and their own library, and not each other.
"""
