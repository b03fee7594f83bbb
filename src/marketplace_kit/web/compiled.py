"""Templates are compiled once in a process, however many sites it has open: compiling one takes longer than a page."""

from __future__ import annotations

from types import CodeType

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from typing_extensions import override


class Compiled(BytecodeCache):
    """What the templates of the process were compiled to, by the file they stand in; one that changed is compiled anew.
    For environments that compile alike: what differs between two sites (filters, globals) is looked up when drawing.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, CodeType]] = {}

    @override
    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._kept.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    @override
    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._kept[bucket.key] = bucket.checksum, bucket.code

    @override
    def clear(self) -> None:
        self._kept.clear()
