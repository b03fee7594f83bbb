"""A real browser on a running demo: the command that the README gives, in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from marketplace_kit.cli.running import DEMO_PASSWORD

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
_START_SECONDS = 240
# The same few people sign in for every test, from one address.
_SETTINGS = {"COLUMNS": "200", "MK_ACCOUNTS__SIGN_INS_PER_PERSON": "1000", "MK_ACCOUNTS__SIGN_INS_PER_ADDRESS": "1000"}
expect.set_options(timeout=20_000)  # a slow machine is no fault


class Demo:
    """A demo that is open for visitors."""

    def __init__(self, address: str, data: Path) -> None:
        self.address, self.data = address, data

    def link_mailed_to(self, receiver: str, pattern: str, seconds: float = 20) -> str:
        """The link in the newest mail to somebody: mails are files in the demo."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for path in sorted((self.data / "mails").glob("*.eml"), key=lambda p: p.stat().st_mtime, reverse=True):
                mail = message_from_bytes(path.read_bytes(), policy=policy.default)
                text = mail.get_body(("plain",)).get_content() if mail["To"] and receiver in str(mail["To"]) else ""
                if found := re.search(pattern, text):
                    return found[0]
            time.sleep(0.1)
        raise AssertionError(f"no mail to {receiver} with {pattern}")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """``marketplace demo`` on a free port, with fresh data."""
    data = tmp_path_factory.mktemp("demo")
    log = data / "log"
    command = [sys.executable, "-m", "marketplace_kit", "demo", "--port", "0", "--data", str(data)]
    with (
        log.open("wb") as out,
        subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=os.environ | _SETTINGS) as process,
    ):
        try:
            yield Demo(_address(process, log), data)
        finally:
            process.terminate()
            process.wait(20)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """What the demo prints, once it answers."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text(errors="replace"))
        if found:
            try:
                with urllib.request.urlopen(f"{found[0]}/health/live", timeout=2):  # noqa: S310 - its own loopback address
                    return found[0]
            except OSError:
                pass
        time.sleep(0.1)
    raise AssertionError(f"the demo did not open:\n{log.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def visitor(browser: Browser, demo: Demo) -> Iterator[Callable[..., Page]]:
    """Opens a page for a new visitor. At the end of the test: no foreign request, no policy report, no script error."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(viewport: Any = DESK, locale: str = "ru-RU", zone: str | None = None) -> Page:
        context = browser.new_context(
            viewport=viewport, locale=locale, timezone_id=zone, base_url=demo.address, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "request",
            lambda r: (
                None if r.url.startswith((demo.address, "data:", "blob:")) else faults.append(f"foreign: {r.url}")
            ),
        )
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on(
            "console", lambda m: faults.append(f"console: {m.text}") if "Content Security Policy" in m.text else None
        )
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def signed_in(visitor: Callable[..., Page]) -> Callable[..., Page]:
    """Opens a page for one of the demo's people."""

    def sign_in(who: str, **given: Any) -> Page:
        page = visitor(**given)
        page.goto("/en/sign-in")
        page.locator("input[name=contact]").fill(f"{who}@demo.kz")
        page.locator("input[name=password]").fill(DEMO_PASSWORD)
        page.locator("main form button[type=submit]").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    return sign_in
