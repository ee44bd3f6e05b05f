"""What one can do: a file for each use case, named after it.

This room knows the domain and the standard library and nothing else.
"""
