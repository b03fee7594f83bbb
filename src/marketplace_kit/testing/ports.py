"""Ports for servers that tests start, end, and start again where they were."""

from __future__ import annotations

import itertools
import os
import socket

HERE = "127.0.0.1"
# Below the ports that a system hands out by itself (Linux from 32768, RFC 6056 from 49152), so that no connection and
# no other server can come upon one in between. Each test process of pytest-xdist has a lane of its own.
_FIRST, _LANE, _LANES = 20_000, 1_000, 10
_numbers = itertools.count(os.getpid())


def free_port() -> int:
    """A port on which nobody listens, and which no other process of this test run is given."""
    lane = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _LANES
    for _ in range(_LANE):
        port = _FIRST + lane * _LANE + next(_numbers) % _LANE
        with socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                line.bind((HERE, port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free for a test's server")
