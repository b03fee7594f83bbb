"""Templates of a site's own: copied, changed, and held against originals that move on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from marketplace_kit.app import create_app
from marketplace_kit.cli import main
from marketplace_kit.cli.deployment import Deployment
from marketplace_kit.operations.services.doctor import _templates
from marketplace_kit.testing.clients import open_client
from marketplace_kit.web.overrides import Layer, accept_template, copy_template, overrides

pytestmark = pytest.mark.one_engine


def told(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, words, env={"COLUMNS": "200"})
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.anyio
async def test_a_site_changes_a_page_and_hears_when_the_original_moves_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MK_PLUGINS", "")
    toml = tmp_path / "marketplace.toml"
    assert json.loads(told("templates", "list", "--json")) == []
    assert "templates_folder" in told("templates", "copy", "accounts/sign_in.html", code=1)
    toml.write_text('[web]\ntemplates_folder = "own"\n', encoding="utf-8")
    told("templates", "copy", "accounts/sign_in.html")
    assert "there already" in told("templates", "copy", "accounts/sign_in.html", code=1)
    assert "no template" in told("templates", "copy", "accounts/no_such.html", code=1)
    copy = tmp_path / "own" / "accounts" / "sign_in.html"
    note, _, body = copy.read_text(encoding="utf-8").partition("\n")
    copy.write_text(f"{note}\n{body.replace('<h1>', '<h1>Bazaar! ', 1)}", encoding="utf-8")
    (row,) = json.loads(told("templates", "list", "--json"))
    assert (row["owner"], row["stands_for"], row["state"]) == ("site", "accounts", "same")
    assert json.loads(told("templates", "drift", "--json")) == []

    site = Deployment(toml).open_site()
    try:
        async with open_client(create_app(site), site) as client:
            assert "<h1>Bazaar! " in (await client.get("/en/sign-in")).text
        assert [f.state async for f in _templates(site)] == ["ok"]
        # The kit was upgraded: what was noted is not what the original says now.
        copy.write_text(f"{note.replace('sha256 ', 'sha256 0')[:-5]} -#}}\n{body}", encoding="utf-8")
        (finding,) = [f async for f in _templates(site)]
        assert (finding.state, finding.facts) == ("warn", {"names": "accounts/sign_in.html"})
    finally:
        await site.close()
    assert "changed" in told("templates", "drift", code=1)
    told("templates", "accept", "accounts/sign_in.html")
    assert told("templates", "drift").strip() == "none"


def test_what_nothing_is_known_of_and_what_nobody_uses_any_more_are_told_apart(tmp_path: Path) -> None:
    kit, plugin, own = (tmp_path / name for name in ("kit", "plugin", "own"))
    for folder in (kit, plugin, own):
        folder.mkdir()
    (kit / "a.html").write_text("original", encoding="utf-8")
    (kit / "b.html").write_text("original", encoding="utf-8")
    (plugin / "a.html").write_text("by hand", encoding="utf-8")
    (plugin / "mine.html").write_text("nobody else has it", encoding="utf-8")
    layers = [Layer("site", own), Layer("vet", plugin), Layer("web", kit)]
    copy_template(layers, "a.html", own)
    copy_template(layers, "b.html", own)
    found = {(one.name, one.owner): (one.original, one.state) for one in overrides(layers)}
    assert found == {
        ("a.html", "site"): ("vet", "same"),
        ("a.html", "vet"): ("web", "unmarked"),
        ("b.html", "site"): ("web", "same"),
    }
    accept_template(layers, "a.html", plugin)
    (kit / "b.html").unlink()
    found = {(one.name, one.owner): (one.original, one.state) for one in overrides(layers)}
    assert found[("a.html", "vet")] == ("web", "same")
    assert found[("a.html", "site")] == ("vet", "same"), "a note is none of the words"
    assert found[("b.html", "site")] == ("", "gone")
