"""The version of fastauth."""

from importlib.metadata import version

VERSION = version("fastauth")
