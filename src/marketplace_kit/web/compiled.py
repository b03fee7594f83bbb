"""Templates are compiled once: for all sites of a process, and for its next start. Compiling one takes longer than a
page.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import tempfile
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from types import CodeType

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from typing_extensions import override

_UNREADABLE = (OSError, EOFError, pickle.UnpicklingError)


class Compiled(BytecodeCache):
    """What templates were compiled to, by the file they stand in; one that changed is compiled anew. For environments
    that compile alike: what differs between two sites (filters, globals) is looked up when drawing.

    It is kept where Python keeps compiled modules - beside the source, or under its cache prefix - and by its rules
    about writing them. ``made_with`` is all that the compiled form depends on besides the source.
    """

    def __init__(self, made_with: str) -> None:
        self._made_with = made_with
        self._known: dict[str, tuple[str, CodeType]] = {}

    @override
    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return cache_from_source(f"{filename}.py") if filename else ""

    @override
    def get_source_checksum(self, source: str) -> str:
        return hashlib.sha256(f"{self._made_with}\n{source}".encode()).hexdigest()

    @override
    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._known.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code
            return
        with suppress(*_UNREADABLE), open(bucket.key, "rb") as kept:
            bucket.load_bytecode(kept)
        self._know(bucket)

    @override
    def dump_bytecode(self, bucket: Bucket) -> None:
        self._know(bucket)
        if bucket.key and not sys.dont_write_bytecode:
            with suppress(OSError):  # a place where nothing can be written serves all the same
                _write(Path(bucket.key), bucket.bytecode_to_string())

    @override
    def clear(self) -> None:
        self._known.clear()

    def _know(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._known[bucket.key] = bucket.checksum, bucket.code


def _write(path: Path, content: bytes) -> None:
    """At once: another process may be reading it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        os.replace(partial, path)
    except OSError:
        Path(partial).unlink(missing_ok=True)
        raise
