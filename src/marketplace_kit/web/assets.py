"""Static files under names that carry their content's hash, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import attrs

_URL = re.compile(rb"""url\((['"]?)(?!data:|#|https?:)([^'")?#]+)([^'")]*)\1\)|@import\s+(['"])([^'"]+)\4""")
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".ico": "image/x-icon",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}


@attrs.frozen
class Asset:
    """One file as it is served."""

    url: str
    content_type: str
    content: bytes


class Assets:
    """All static files of the web floor and of plugins, read once at boot. ``url("kit.css")`` →
    ``/static/kit.<hash>.css``.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        self._by_name: dict[str, Asset] = {}
        files: dict[str, Path] = {}
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.suffix in TYPES:
                    files.setdefault(path.relative_to(folder).as_posix(), path)
        for name in files:
            self._read(name, files, ())
        self.by_url = {asset.url: asset for asset in self._by_name.values()}

    def url(self, name: str) -> str:
        """Where the file is served; raises KeyError for one that is not there."""
        return self._by_name[name].url

    def _read(self, name: str, files: dict[str, Path], inside: tuple[str, ...]) -> Asset:
        if name not in self._by_name:
            path = files[name]
            content = path.read_bytes()
            if path.suffix == ".css" and name not in inside:
                content = _URL.sub(lambda m: self._linked(m, name, files, (*inside, name)), content)
            stem, suffix = name.rsplit(".", 1)
            mark = hashlib.sha256(content).hexdigest()[:12]
            self._by_name[name] = Asset(f"/static/{stem}.{mark}.{suffix}", TYPES[path.suffix], content)
        return self._by_name[name]

    def _linked(self, match: re.Match[bytes], name: str, files: dict[str, Path], inside: tuple[str, ...]) -> bytes:
        """A style sheet's own references, under the hashed names of what they point at."""
        target = (match[2] or match[5]).decode()
        parts: list[str] = name.split("/")[:-1]
        for part in target.split("/"):
            if part == "..":
                parts.pop()
            elif part != ".":
                parts.append(part)
        found = "/".join(parts)
        if found not in files:
            return match[0]
        url = self._read(found, files, inside).url.encode()
        return b'@import "' + url + b'"' if match[5] else b'url("' + url + (match[3] or b"") + b'")'
