"""The command line: ``marketplace``. Errors say what, where and how to fix it; ``--json`` wherever a program would
read.
"""

from marketplace_kit.cli.main import main

__all__ = ["main"]
