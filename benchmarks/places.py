"""Where a benchmark runs: databases of its own, servers in processes of their own, all gone afterwards."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

ROOT = Path(__file__).parent.parent
SERVER = os.environ.get("MK_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


@contextmanager
def postgres_database(name: str) -> Iterator[str]:
    """A fresh database on the server of this machine."""
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield SERVER.rsplit("/", 1)[0] + f"/{name}"
    finally:
        with psycopg.connect(SERVER, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(
    *command: str, environ: Mapping[str, str] | None = None, quiet: bool = True
) -> Iterator[subprocess.Popen[bytes]]:
    """A child process, ended when the block ends."""
    out = subprocess.DEVNULL if quiet else None
    child = subprocess.Popen(command, env=os.environ | dict(environ or {}), cwd=ROOT, stdout=out, stderr=out)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()


def wait_for(url: str, seconds: float = 30) -> float:
    """Seconds until the address answers 200."""
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own loopback address
                if answer.status == 200:
                    return time.perf_counter() - started
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.02)
    raise TimeoutError(url)


def loaded(url: str, requests: int, connections: int = 8, cookie: str = "") -> dict[str, float]:
    """Put a load on an address from another process; what it measured."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.load",
        url,
        "--requests",
        str(requests),
        "--connections",
        str(connections),
        "--cookie",
        cookie,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=120)
    found: dict[str, float] = json.loads(done.stdout)
    if found["bad"]:
        raise RuntimeError(f"{found['bad']} answers of {url} were not 200")
    return found


def resident_megabytes(pid: int) -> float:
    """The memory a process holds (VmRSS)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024
