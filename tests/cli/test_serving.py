"""A site as it is served: whose word about a visitor's address is taken."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from marketplace_kit.testing.ports import HERE, free_port

pytestmark = [pytest.mark.one_engine, pytest.mark.slow]
TRIES = 12


def marketplace(site: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "marketplace_kit", "--config", str(site / "marketplace.toml"), *words]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three tries for one network address, and a database to count them in."""
    for name in [n for n in os.environ if n.startswith("MK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MK_PLUGINS", "")
    (tmp_path / "marketplace.toml").write_text("[accounts]\nsign_ins_per_address = 3\n", encoding="utf-8")
    subprocess.run(marketplace(tmp_path, "db", "upgrade"), cwd=tmp_path, check=True, capture_output=True)
    return tmp_path


@contextmanager
def served(site: Path, *words: str) -> Iterator[str]:
    """``marketplace run``, once it says that it serves or answers."""
    port = free_port()
    command = marketplace(site, "run", "--port", str(port), *words)
    with subprocess.Popen(command, cwd=site, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            address = f"http://{HERE}:{port}"
            with httpx.Client(transport=httpx.HTTPTransport(retries=12)) as patient:
                assert patient.get(f"{address}/health/live", timeout=60).status_code == 200
            yield address
        finally:
            process.terminate()


def tried(address: str) -> list[int]:
    """What somebody is told who says with each try to come from somewhere else."""
    statuses = []
    with httpx.Client(base_url=address, timeout=60) as client:
        for n in range(TRIES):
            forged = {
                "X-Forwarded-For": f"203.0.113.{n}",
                "X-Real-IP": f"203.0.113.{n}",
                "Forwarded": f"for=203.0.113.{n}",
            }
            given = {"phone": f"+7701{n:07}", "password": "not-the-password"}
            statuses.append(client.post("/api/auth/login", json=given, headers=forged).status_code)
    return statuses


def test_a_visitor_cannot_say_where_they_come_from(site: Path) -> None:
    with served(site) as address:
        assert tried(address) == [401] * 3 + [429] * (TRIES - 3)


def test_a_proxy_that_was_named_can(site: Path) -> None:
    with served(site, "--trust-proxy", HERE) as address:
        assert tried(address) == [401] * TRIES


def test_a_proxy_that_was_not_named_cannot(site: Path) -> None:
    with served(site, "--trust-proxy", "192.0.2.1") as address:
        assert tried(address) == [401] * 3 + [429] * (TRIES - 3)
