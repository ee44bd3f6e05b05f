"""What an account is: entities, value objects, errors and ports, a folder for each capability.

The domain imports the standard library alone. In each folder ``ports.py`` has the protocols that
adapters implement. Whoever implements a port keeps the promises of its contract in ``tests/contracts``:
every method that reaches the database raises `StorageUnavailable` where the database does not answer,
and where a method says that it records an event, both are stored or neither is.
"""
