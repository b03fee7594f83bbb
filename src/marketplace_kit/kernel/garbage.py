"""The garbage collector stands aside while a process starts.

What is imported and assembled then is a third of a million objects, and all of it stays. Looking through them again
whenever some more have come is a quarter of a start, and finds next to nothing.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def none_expected() -> Iterator[None]:
    """What is made in this block is taken to stay as long as the process, and is never looked through again. For the
    start of a process alone: a cycle that is dropped meanwhile stays as well.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
        _give_back()


def _give_back() -> None:
    """Return to the system what the start has freed. The C library of GNU keeps it unless it is asked to."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
