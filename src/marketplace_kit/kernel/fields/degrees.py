"""Points as people type and copy them: degrees north, then east."""

from __future__ import annotations

import re

EXAMPLE = "47.1068, 51.9166"
_PAIR = re.compile(r"\s*\(?\s*(-?\d{1,3}(?:[.,]\d+)?)\s*[;,\s]\s*(-?\d{1,3}(?:[.,]\d+)?)\s*\)?\s*", re.ASCII)
_GEO = re.compile(r"geo:(-?\d{1,3}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)(?:[,;?].*)?", re.ASCII)


def read_degrees(text: str) -> tuple[float, float] | None:
    """``47.1068, 51.9166`` as maps show it, or a ``geo:`` link (RFC 5870); ``None`` for what is no point on earth."""
    match = _GEO.fullmatch(text.strip()) or _PAIR.fullmatch(text)
    if match is None:
        return None
    lat, lon = (float(part.replace(",", ".")) for part in match.groups())
    return (lat, lon) if -90 <= lat <= 90 and -180 <= lon <= 180 else None


def said_degrees(lat: float, lon: float) -> str:
    """As :func:`read_degrees` reads it; six decimals are a hand's breadth."""
    return f"{lat:.6f}, {lon:.6f}"
