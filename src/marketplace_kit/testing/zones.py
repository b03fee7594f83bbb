"""A law of the clock for tests: a zone that shows what a test says, as if another tzdata were installed."""

from __future__ import annotations

import struct
import zoneinfo
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from marketplace_kit.scheduling.domain.windows import forget_laws

Change = tuple[datetime, timedelta]


@contextmanager
def zone_law(folder: Path, zone: str, first: timedelta, changes: Sequence[Change] = ()) -> Iterator[None]:
    """Within the block the clock of ``zone`` shows ``first``, and from each instant of ``changes`` on what is said
    there. Behind the block it is what it was before: a law that is changed.
    """
    path = folder / zone
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_tzif(first, sorted(changes)))
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[str(folder.absolute()), *before])
    _forget()
    try:
        yield
    finally:
        zoneinfo.reset_tzpath(to=before)
        _forget()


def _forget() -> None:
    """A process knows one law as long as it runs: here it is as if it were started anew."""
    zoneinfo.ZoneInfo.clear_cache()
    forget_laws()


def _tzif(first: timedelta, changes: Sequence[Change]) -> bytes:
    """A time zone file (RFC 8536) of version 2: an empty first part, then each change and its offset."""
    offsets = [first, *(offset for _, offset in changes)]
    names = b"".join(b"%03d\0" % number for number in range(len(offsets)))
    types = b"".join(struct.pack(">lbB", int(o.total_seconds()), 0, 4 * n) for n, o in enumerate(offsets))
    times = b"".join(struct.pack(">q", int(at.timestamp())) for at, _ in changes)
    which = bytes(range(1, len(changes) + 1))
    empty = struct.pack(">4sc15x6l", b"TZif", b"2", 0, 0, 0, 0, 1, 1) + struct.pack(">lbB", 0, 0, 0) + b"\0"
    head = struct.pack(">4sc15x6l", b"TZif", b"2", 0, 0, 0, len(changes), len(offsets), len(names))
    return empty + head + times + which + types + names + b"\n" + _footer(offsets[-1]) + b"\n"


def _footer(offset: timedelta) -> bytes:
    """What holds ever after; by POSIX east is negative."""
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes >= 0 else ""
    hours, rest = divmod(abs(minutes), 60)
    return f"<{minutes:+05d}>{sign}{hours}:{rest:02d}".encode()
