"""Which outside services this machine has. The engine, the databases and the sites come from the testing kit.

`--engine postgres` leaves the address of a server, on which databases may be made and dropped, in MK_TEST_POSTGRES_URL.
"""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import settings

pytest_plugins = ["marketplace_kit.testing.plugin"]

# The same examples on every machine and in every run; `--hypothesis-profile default` looks for new ones.
settings.register_profile("suite", derandomize=True, deadline=None, database=None)
settings.load_profile("suite")

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROKERS = {"redis": "redis-server", "rabbitmq": "rabbitmq-server"}
SERVICE_PATHS = (os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin", "/usr/lib/rabbitmq/bin")

# ── browser and brokers ──────────────────────────────────────────────────────────────────────────


def find_program(*names: str) -> str | None:
    return next((found for name in names if (found := shutil.which(name, path=os.pathsep.join(SERVICE_PATHS)))), None)


def find_chromium() -> str | None:
    return os.environ.get("MK_CHROMIUM") or find_program(*CHROMIUMS)


def missing_service(item: pytest.Item) -> str | None:
    """What this test needs and the machine does not have, with the cure."""
    if item.get_closest_marker("browser") and find_chromium() is None:
        return "no chromium: install Debian's chromium or name one in MK_CHROMIUM"
    if broker := item.get_closest_marker("broker"):
        for name in broker.args or BROKERS:
            if find_program(BROKERS[name]) is None:
                return f"no {name}: install {BROKERS[name]}"
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    reason = missing_service(item)
    if reason and os.environ.get("MK_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{reason} (MK_REQUIRE_SERVICES=1 forbids to skip)", pytrace=False)
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    path = find_chromium()
    assert path is not None, "only tests marked `browser` ask for it"  # noqa: S101
    return path
