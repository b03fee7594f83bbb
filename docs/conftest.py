"""The Python blocks of these pages are executed, each page as one little program from top to bottom."""

import pytest
from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["*.md"],
    excludes=["_build/**"],
).pytest()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A page's blocks build on each other, so one worker runs them all; they bring their own database."""
    for item in items:
        if item.path.suffix == ".md":
            item.add_marker(pytest.mark.xdist_group(str(item.path)))
            item.add_marker(pytest.mark.one_engine)
