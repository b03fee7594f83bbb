"""A backup is a site that can be put back: on both engines, whole, and only where it fits."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from marketplace_kit.cli import main
from marketplace_kit.cli.archives import Damaged, read_manifest
from marketplace_kit.kernel.dialects import normal_url, sync_url
from marketplace_kit.testing.databases import Databases
from marketplace_kit.testing.sites import Sites

Run = Callable[..., Result]
SECRET = "a-secret-that-nobody-else-knows-0123456789"


@pytest.fixture
def saved(sites: Sites, databases: Databases) -> Iterator[str]:
    """The database of a site with something in it."""
    with databases.migrated(sites.boot()[0]) as url:
        yield url


@pytest.fixture
def empty(databases: Databases) -> Iterator[str]:
    with databases.empty() as url:
        yield url


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str) -> Run:
    """``run("here", url, "backup", …)``: a command on the deployment in the folder ``here``."""
    if engine == "postgres" and not (shutil.which("pg_dump") and shutil.which("pg_restore")):
        pytest.skip("PostgreSQL's client programs (pg_dump, pg_restore) are not installed")
    for name in ("MK_PLUGINS", "MK_CONFIG"):
        monkeypatch.delenv(name, raising=False)

    def running(where: str, url: str, *words: str, code: int = 0) -> Result:
        folder = tmp_path / where
        folder.mkdir(exist_ok=True)
        monkeypatch.chdir(folder)
        environment = {"MK_DATABASE__URL": url, "MK_SITE__SECRET": SECRET, "MK_FILES__URL": "media", "COLUMNS": "200"}
        result = CliRunner().invoke(main, words, env=environment)
        assert result.exit_code == code, result.output
        return result

    return running


def told(url: str, statement: str) -> list[Any]:
    made = sa.create_engine(sync_url(normal_url(url)), poolclass=sa.NullPool)
    with made.begin() as connection:
        found = connection.exec_driver_sql(statement)
        return [tuple(row) for row in found] if found.returns_rows else []


def test_what_was_saved_is_there_again(run: Run, saved: str, empty: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("three quiet camels")
    words = ("--email", "boss@example.kz", "--name", "Boss", "--password-file", str(tmp_path / "password"))
    run("old", saved, "user", "create", *words)
    run("old", saved, "plugin", "disable", "grooming")
    (tmp_path / "old/media/photos/ab").mkdir(parents=True)
    (tmp_path / "old/media/photos/ab/1.webp").write_bytes(b"a picture" * 1000)
    file = tmp_path / "site.backup"
    made = json.loads(run("old", saved, "backup", str(file), "--json").output)
    assert file.stat().st_mode & 0o777 == 0o600
    assert made["audit_entries"] == 1

    run("new", empty, "restore", str(file), "--secrets-to", str(tmp_path / "secrets"))
    assert told(empty, "SELECT name FROM person") == [("Boss",)]
    assert (tmp_path / "new/media/photos/ab/1.webp").read_bytes() == b"a picture" * 1000
    assert json.loads((tmp_path / "secrets").read_text())["site.secret"] == SECRET
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o600
    assert "whole" in run("new", empty, "audit", "verify", "--expect", made["audit_head"]).output
    assert "as declared" in run("new", empty, "db", "check").output
    # The backup itself is an act, and the doctor knows its age.
    acts = told(saved, "SELECT act FROM audit_entry ORDER BY position")
    assert acts == [("operations.disable_plugin",), ("operations.backup",)]
    findings = {f["what"]: f for f in json.loads(run("old", saved, "doctor", "--json").output)}
    assert findings["backup"]["state"] == "ok"


def test_nothing_is_overwritten(run: Run, saved: str, empty: str, tmp_path: Path) -> None:
    file = tmp_path / "site.backup"
    run("old", saved, "backup", str(file))
    assert "--force" in run("old", saved, "backup", str(file), code=1).output
    assert "not empty" in run("old", saved, "restore", str(file), code=1).output
    (tmp_path / "new/media").mkdir(parents=True)
    (tmp_path / "new/media/kept.txt").write_text("mine")
    assert "file storage is not empty" in run("new", empty, "restore", str(file), code=1).output
    (tmp_path / "new/media/kept.txt").unlink()
    assert "fits" in run("new", empty, "restore", str(file), "--dry-run").output
    run("new", empty, "restore", str(file))


def test_a_backup_of_other_versions_is_refused(run: Run, saved: str, empty: str, tmp_path: Path) -> None:
    file, other = tmp_path / "site.backup", tmp_path / "other.backup"
    run("old", saved, "backup", str(file))
    rewrite(file, other, kit="0.0.1", plugins={"ferry": "2.0"}, heads=["ferry_0009"])
    output = run("new", empty, "restore", str(other), code=1).output
    for said in ("marketplace-kit==0.0.1", "ferry 2.0", "ferry_0009"):
        assert said in output


@pytest.mark.one_engine
def test_a_damaged_backup_is_found_before_anything_is_touched(run: Run, saved: str, empty: str, tmp_path: Path) -> None:
    file = tmp_path / "site.backup"
    (tmp_path / "old/media").mkdir(parents=True)
    (tmp_path / "old/media/1.txt").write_text("hello")
    run("old", saved, "backup", str(file))
    cut = tmp_path / "cut.backup"
    cut.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    for damaged, said in (
        (cut, "read to its end"),
        (rewrite(file, tmp_path / "changed", media=b"bye"), "as they were"),
    ):
        assert said in run("new", empty, "restore", str(damaged), code=1).output
    with pytest.raises(Damaged, match="no plain file"):
        read_manifest(rewrite(file, tmp_path / "outside", extra="../outside"))
    assert not Path(empty.removeprefix("sqlite:///")).exists()


def rewrite(file: Path, to: Path, *, media: bytes = b"", extra: str = "", **manifest: Any) -> Path:
    """The archive with something changed in it."""
    with tarfile.open(file) as old, tarfile.open(to, "w:gz") as new:
        for member in old:
            source = old.extractfile(member)
            content = source.read() if source else b""
            if member.name == "manifest.json":
                content = json.dumps(json.loads(content) | manifest).encode()
            elif member.name.startswith("media/") and media:
                content = media
            member.size = len(content)
            new.addfile(member, BytesIO(content))
        if extra:
            new.addfile(tarfile.TarInfo(extra))
    return to
