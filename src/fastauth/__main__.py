"""Let ``python -m fastauth`` be the command ``fastauth``."""

from fastauth.entrypoints.cli import main

main()
