"""Entities, value objects, errors and ports, in one folder for each capability.

The domain imports the standard library only. ``ports.py`` of a folder has the protocols that adapters
implement; ``tests/contracts`` has the tests that every implementation passes. Two promises apply to
all ports: a method that reaches the database raises `StorageUnavailable` if the database does not
answer, and a method that records an event stores the event and the change together or not at all.
"""
