"""Stored files: a folder, or S3-compatible storage, by one address and one library."""

from __future__ import annotations

import errno
import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from marketplace_kit.kernel.errors import DomainError, Kind, Missing
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.texts import N_

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class StorageFull(DomainError):
    """The disk or the quota under the files is used up; nothing of the file was kept."""

    code = "storage_full"
    kind = Kind.FULL
    text = N_("There is no room left to store this. Please try again later; we have been told.")


def is_full(error: BaseException) -> bool:
    """Whether a write failed because there is no room left; the store's library hides the number in its words."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    found = re.search(r"\(os error (\d+)\)", str(error)) if isinstance(error, BaseError) else None
    return found is not None and int(found[1]) in _FULL


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
        """Whole or not at all. Refuses :class:`StorageFull`."""
        try:
            await obstore.put_async(self._store, key, content)
        except (BaseError, OSError) as failed:
            if is_full(failed):
                raise StorageFull from failed
            raise

    async def older_than(self, prefix: str, before: datetime) -> AsyncIterator[str]:
        """The keys under ``prefix`` that were last written before an instant."""
        async for found in obstore.list(self._store, prefix=prefix):
            for one in found:
                if one["last_modified"] < before:
                    yield one["path"]

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
