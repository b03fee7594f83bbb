"""A backup as one file: a compressed tar whose last member is a manifest with the checksum of every other."""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any

import msgspec

MANIFEST = "manifest.json"
FORMAT = 1
_CHUNK = 1 << 20
OnBytes = Callable[[int], None]


class Damaged(Exception):
    """The archive is not what it was when it was made. Says what differs."""


class Manifest(msgspec.Struct, kw_only=True):
    """What an archive holds and which site it fits. ``audit_head`` is the last hash of the audit trail: note it."""

    format: int = FORMAT
    made_at: datetime
    engine: str
    kit: str
    plugins: dict[str, str]
    heads: list[str]
    audit_head: str
    audit_entries: int
    files: dict[str, str] = {}


class Writer:
    """Adds members, and notes the checksum of each."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.checksums: dict[str, str] = {}

    def add(self, name: str, content: bytes) -> None:
        self._tar.addfile(_member(name, len(content)), BytesIO(content))
        self.checksums[name] = hashlib.sha256(content).hexdigest()

    def add_file(self, name: str, path: Path, on_bytes: OnBytes = lambda _: None) -> None:
        with path.open("rb") as source:
            reading = _Counted(source, on_bytes)
            self._tar.addfile(_member(name, path.stat().st_size), reading)
        self.checksums[name] = reading.digest


class _Counted:
    """A file that notes what was read of it."""

    def __init__(self, source: IO[bytes], on_bytes: OnBytes) -> None:
        self._source, self._on_bytes, self._hash = source, on_bytes, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._source.read(size)
        self._hash.update(chunk)
        self._on_bytes(len(chunk))
        return chunk

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


@contextmanager
def writing(path: Path, manifest: Manifest) -> Iterator[Writer]:
    """An archive at ``path``, for the owner's eyes only; it is there when it is whole, or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as tar:
            writer = Writer(tar)
            yield writer
            manifest.files = writer.checksums
            body = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
            tar.addfile(_member(MANIFEST, len(body)), BytesIO(body))
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def read_manifest(path: Path, on_bytes: OnBytes = lambda _: None) -> Manifest:
    """The manifest, after every member was compared with it. Refuses :class:`Damaged`."""
    found: dict[str, str] = {}
    body: bytes | None = None
    try:
        with tarfile.open(path, "r:gz") as tar:
            for member in tar:
                source = _safe(tar, member)
                if member.name == MANIFEST:
                    body = source.read()
                    continue
                digest = hashlib.sha256()
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    on_bytes(len(chunk))
                found[member.name] = digest.hexdigest()
    except (tarfile.TarError, EOFError, OSError) as broken:
        raise Damaged(f"it cannot be read to its end: {type(broken).__name__}") from broken
    if body is None:
        raise Damaged("it has no manifest: it was not finished, or is no backup of this kit")
    try:
        manifest = msgspec.json.decode(body, type=Manifest)
    except msgspec.DecodeError as strange:
        raise Damaged(f"its manifest cannot be understood: {strange}") from strange
    if manifest.format != FORMAT:
        raise Damaged(f"it has format {manifest.format}; this version reads format {FORMAT}")
    wrong = sorted(name for name in {*found, *manifest.files} if found.get(name) != manifest.files.get(name))
    if wrong:
        raise Damaged(f"{len(wrong)} of its files are not as they were, first {wrong[0]}")
    return manifest


def members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Everything but the manifest, in the order in which it was added."""
    with tarfile.open(path, "r:gz") as tar:
        for member in tar:
            if member.name != MANIFEST:
                yield member.name, _safe(tar, member)


def _safe(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    """A plain file with a plain name: nothing that leads out of the folder it is put into."""
    name = PurePosixPath(member.name)
    source = tar.extractfile(member) if member.isreg() else None
    if source is None or name.is_absolute() or ".." in name.parts:
        raise Damaged(f"{member.name} is no plain file")
    return source


def _member(name: str, size: int) -> tarfile.TarInfo:
    info: Any = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    found: tarfile.TarInfo = info
    return found
