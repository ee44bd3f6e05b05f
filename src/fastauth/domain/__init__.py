"""What an account is: entities, value objects, errors, and the ports to the outside.

This room knows the standard library and nothing else.
"""
