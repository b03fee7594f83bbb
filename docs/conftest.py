"""The Python blocks of these pages are executed, each page as one little program from top to bottom."""

import sys
from types import ModuleType
from typing import Any

from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser

PAGE = "page_of_the_documentation"


def as_a_module(namespace: dict[str, Any]) -> None:
    """What a page defines belongs to a module, as it would in a file: libraries look up where a function comes from."""
    sys.modules[PAGE] = ModuleType(PAGE)
    namespace["__name__"] = PAGE


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["*.md"],
    excludes=["_build/**"],
    setup=as_a_module,
).pytest()
