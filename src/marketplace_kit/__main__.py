"""``python -m marketplace_kit`` is ``marketplace``."""

from marketplace_kit.cli import main

main()
