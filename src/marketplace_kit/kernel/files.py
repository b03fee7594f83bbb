"""Stored files: a folder, or S3-compatible storage, by one address and one library."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import obstore
from obstore.store import LocalStore, from_url

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.ids import new_id


class Files:
    """Puts bytes under keys that we choose. A key never comes from an upload's own name."""

    def __init__(self, store: Any) -> None:
        self._store = store

    @staticmethod
    def new_key(folder: str, suffix: str) -> str:
        """``folder/ab/<id>.suffix``: spread over sub-folders, unguessable."""
        name = new_id().hex
        return f"{folder}/{name[-2:]}/{name}.{suffix.lstrip('.')}"

    async def put(self, key: str, content: bytes) -> None:
        await obstore.put_async(self._store, key, content)

    async def get(self, key: str) -> bytes:
        """The bytes; refuses :class:`Missing`."""
        try:
            found = await obstore.get_async(self._store, key)
        except FileNotFoundError as gone:
            raise Missing(key=key) from gone
        return bytes(await found.bytes_async())

    async def exists(self, key: str) -> bool:
        try:
            await obstore.head_async(self._store, key)
        except FileNotFoundError:
            return False
        return True

    async def delete(self, key: str) -> None:
        """Gone afterwards, whether or not it was there."""
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return


def open_files(url: str) -> Files:
    """A folder (``file:///var/lib/site/media`` or a plain path) or a bucket (``s3://bucket/prefix``, credentials from
    the environment).
    """
    if "://" not in url or url.startswith("file://"):
        folder = Path(url.removeprefix("file://")).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        return Files(LocalStore(folder, automatic_cleanup=True))
    return Files(from_url(url))
