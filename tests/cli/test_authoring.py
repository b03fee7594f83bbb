"""Writing a plugin with the site running: what is saved is what the next page shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from marketplace_kit.testing.ports import HERE, free_port

pytestmark = [pytest.mark.one_engine, pytest.mark.slow]
TEAHOUSE = """from collections.abc import Sequence

from marketplace_kit.kernel.hooks import Actor, NavItem, Plugin, PluginInfo, hookimpl

class Teahouse(Plugin):
    info = PluginInfo(name="teahouse", version="0.1.0", label="Teahouse", summary="Tea.")

    @hookimpl
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        return (NavItem(slot="main", text="Green tea", href="/tea", icon="star"),)


plugin = Teahouse()
"""


class Author:
    """Somebody with ``marketplace plugin dev`` in one window and a browser in the other."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self._page = process, f"http://{HERE}:{port}/en/nowhere"
        self.seen: list[str] = []

    def wait_for(self, wanted: str) -> None:
        """Until a line with this pattern stands in the window; ends with the process, if that comes first."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.seen.append(line)
            if re.search(wanted, line):
                return
        raise AssertionError(f"it ended without “{wanted}”:\n{''.join(self.seen)}")

    def page(self) -> str:
        """Any page, once the window says that the site is up: it listens an instant later."""
        self.wait_for("Application startup complete")
        with httpx.Client(transport=httpx.HTTPTransport(retries=8), timeout=60) as patient:
            return patient.get(self._page).text


@contextmanager
def writing(site: Path, *words: str, **environ: str) -> Iterator[Author]:
    port = free_port()
    command = [sys.executable, "-m", "marketplace_kit", "plugin", "dev", *words, "--port", str(port)]
    given = {k: v for k, v in os.environ.items() if not k.startswith("MK_")} | {"MK_PLUGINS": ""} | environ
    with subprocess.Popen(
        command, cwd=site, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield Author(process, port)
        finally:
            process.terminate()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins/teahouse.py").write_text(TEAHOUSE, encoding="utf-8")
    (tmp_path / "marketplace.toml").write_text('[mail]\nurl = "file:mails"\n', encoding="utf-8")
    return tmp_path


def test_each_saved_file_starts_the_site_anew_and_every_call_of_a_hook_is_told(site: Path) -> None:
    source = site / "plugins/teahouse.py"
    with writing(site) as author:
        author.wait_for("Serving http://")
        assert "Green tea" in author.page()
        source.write_text(TEAHOUSE.replace("Green", "Black"), encoding="utf-8")
        author.wait_for(r"teahouse\.py")
        page = author.page()
        assert "Black tea" in page
        assert "Green tea" not in page
        author.wait_for(r"hook\.called +answered=1 hook=mk_nav_items milliseconds=[\d.]+ plugin=teahouse")


def test_a_folder_that_is_no_plugin_and_a_site_that_cannot_start_are_told_at_once(site: Path) -> None:
    (site / "plugins/teahouse.py").unlink()
    (site / "plugins").rmdir()
    with writing(site) as author:
        author.wait_for("there is no folder")
        assert author.process.wait(timeout=60) == 1
    (site / "plugins").mkdir()
    with writing(site, MK_SITE__NAMEE="x") as author:
        author.wait_for(r"site\.name\?")
        author.wait_for("could not be brought up to date")
        assert author.process.wait(timeout=60) == 1
