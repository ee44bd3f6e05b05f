"""Use cases, one file for each, named after it. They import the domain and the standard library only.

A use case whose rule depends on the client's address takes it as an argument (`address`, or in a
`ClientInfo`), so that a caller cannot forget it. The actor and address of an audit event are not
arguments: entrypoints set them for the whole request or command, adapters store them with each
event, and a use case never reads them.
"""
