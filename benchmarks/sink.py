"""A mail server that takes everything and keeps nothing, in a process of its own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.places import process


async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 sink\r\n")
    in_data = False
    while line := await reader.readline():
        if in_data:
            if line == b".\r\n":
                in_data = False
                writer.write(b"250 taken\r\n")
            continue
        verb = line[:4].upper()
        in_data = verb == b"DATA"
        writer.write(b"354 go\r\n" if in_data else b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
        if verb == b"QUIT":
            break
    writer.close()


async def serve(port: int) -> None:
    server = await asyncio.start_server(session, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


@contextmanager
def listening(port: int) -> Iterator[str]:
    """The sink's address, while the block lasts."""
    with process(sys.executable, "-m", "benchmarks.sink", str(port)):
        yield f"smtp://127.0.0.1:{port}"


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
