"""A load from a process of its own: keep-alive connections on loopback, bounded in count and time, one line of JSON
out.

``python -m benchmarks.load http://127.0.0.1:8000/api/listings --requests 2000 --connections 8``
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from urllib.parse import urlsplit

DEADLINE = 60.0


async def one_connection(
    host: str, port: int, request: bytes, todo: list[int], times: list[float], bad: list[int]
) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        while todo[0] > 0:
            todo[0] -= 1
            started = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(length)
            times.append(time.perf_counter() - started)
            if not head.startswith(b"HTTP/1.1 200"):
                bad.append(int(head.split(b" ")[1]))
    finally:
        writer.close()


async def load(url: str, requests: int, connections: int, cookie: str = "") -> dict[str, float]:
    parts = urlsplit(url)
    if parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise SystemExit("a load goes to this machine only")
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    more = f"Cookie: {cookie}\r\n" if cookie else ""
    request = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: */*\r\n{more}\r\n".encode()
    times: list[float] = []
    bad: list[int] = []
    todo = [requests]
    started = time.perf_counter()
    async with asyncio.timeout(DEADLINE):
        each = (one_connection(parts.hostname, parts.port or 80, request, todo, times, bad) for _ in range(connections))
        await asyncio.gather(*each)
    took = time.perf_counter() - started
    times.sort()
    return {
        "rps": len(times) / took,
        "p50_ms": times[len(times) // 2] * 1000,
        "p99_ms": times[int(len(times) * 0.99)] * 1000,
        "bad": len(bad),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--cookie", default="")
    given = parser.parse_args()
    requests, connections = min(given.requests, 100_000), min(given.connections, 64)
    json.dump(asyncio.run(load(given.url, requests, connections, given.cookie)), sys.stdout)


if __name__ == "__main__":
    main()
