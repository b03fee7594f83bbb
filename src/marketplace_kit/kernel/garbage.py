"""The garbage collector stands aside while a process starts.

What is imported and assembled then is a third of a million objects, and all of it stays. Looking through them again
whenever some more have come is a quarter of a start, and finds next to nothing.
"""

from __future__ import annotations

import gc
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
