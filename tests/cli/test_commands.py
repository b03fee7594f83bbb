"""The command line as an operator uses it: each command on a deployment of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from marketplace_kit.cli import main

pytestmark = pytest.mark.one_engine
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``marketplace …`` in a folder with a ``marketplace.toml``; the exit code must be the one expected."""
    monkeypatch.chdir(tmp_path)
    for name in ("MK_PLUGINS", "MK_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "marketplace.toml").write_text(
        '[site]\nname = "Bazaar"\n\n[mail]\nurl = "file:mails"\n', encoding="utf-8"
    )

    def running(*words: str, code: int = 0, typed: str = "") -> Result:
        result = CliRunner().invoke(main, words, input=typed, env={"COLUMNS": "200"})
        assert result.exit_code == code, result.output
        return result

    return running


@pytest.fixture
def ready(run: Run) -> Run:
    run("db", "upgrade")
    return run


def test_a_fresh_database_is_told_apart_from_one_that_is_up_to_date(run: Run) -> None:
    before = json.loads(run("db", "status", "--json", code=1).output)
    assert "kernel_0001" in before["pending"]
    assert "upgraded to" in run("db", "upgrade").output
    after = json.loads(run("db", "status", "--json").output)
    assert after["pending"] == after["orphans"] == []
    assert "already up to date" in run("db", "upgrade").output
    assert "as declared" in run("db", "check").output


def test_the_site_does_not_start_on_a_database_without_tables(run: Run) -> None:
    assert "marketplace db upgrade" in run("run", "--port", "0", code=1).output


def test_several_processes_want_postgresql(ready: Run) -> None:
    assert "PostgreSQL" in ready("run", "--workers", "4", code=1).output


def test_plugins_are_listed_switched_and_purged(ready: Run) -> None:
    def state() -> str:
        rows = json.loads(ready("plugin", "list", "--json").output)
        return str(next(r["state"] for r in rows if r["name"] == "grooming"))

    assert state() == "enabled"
    assert "disable it first" in ready("plugin", "purge", "grooming", "--yes", code=1).output
    ready("plugin", "disable", "grooming")
    assert state() == "disabled"
    assert "grooming_" in ready("plugin", "purge", "grooming", "--dry-run").output
    assert json.loads(ready("db", "status", "--json").output)["pending"] == []
    ready("plugin", "purge", "grooming", "--yes")
    assert json.loads(ready("db", "status", "--json", code=1).output)["pending"] == ["grooming_0001"]
    ready("db", "upgrade")
    ready("plugin", "enable", "grooming")
    assert state() == "enabled"


def test_the_core_cannot_be_switched_off(ready: Run) -> None:
    assert "core" in ready("plugin", "disable", "accounts", code=1).output
    assert "could not find" in ready("plugin", "enable", "nonsense", code=1).output


def test_every_plugin_here_passes_its_check(ready: Run) -> None:
    output = ready("plugin", "check").output
    assert "breeder" in output
    assert "no ru wording" not in output


def test_every_hook_names_its_implementers(run: Run) -> None:
    hooks = json.loads(run("plugin", "hooks", "--json").output)
    assert hooks["mk_listing_kinds"] == ["breeder", "grooming"]


def test_settings_say_where_they_come_from_and_hide_secrets(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MK_SITE__SECRET", "canary-canary-canary-canary-canary-0")
    output = run("config", "show", "--origin").output
    assert "canary" not in output
    rows = {r["setting"]: r for r in json.loads(run("config", "show", "--json").output)}
    assert rows["site.name"]["value"] == "Bazaar"
    assert rows["site.name"]["origin"].endswith("marketplace.toml")
    assert rows["site.secret"] == {
        "setting": "site.secret",
        "value": "********",
        "origin": "environment MK_SITE__SECRET",
    }


def test_a_mistyped_setting_is_named_with_its_neighbour(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MK_SITE__NAMEE", "x")
    output = run("config", "show", code=1).output
    assert "site.namee" in output
    assert "site.name?" in output


def test_the_doctor_finds_missing_tables_and_a_broker_that_does_not_answer(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings = {f["what"]: f for f in json.loads(run("doctor", "--json", code=1).output)}
    assert findings["migrations"]["cure"] == "marketplace db upgrade"
    run("db", "upgrade")
    assert all(f["state"] != "fail" for f in json.loads(run("doctor", "--json").output))
    monkeypatch.setenv("MK_JOBS__RUNNER", "celery")
    monkeypatch.setenv("MK_JOBS__BROKER_URL", "redis://:canary@127.0.0.1:1/0")
    output = run("doctor", "--json", code=1).output
    assert "does not answer" in output
    assert "canary" not in output


def test_the_description_of_the_api_is_printed_with_every_kind_typed(run: Run) -> None:
    document = json.loads(run("openapi").output)
    kinds = json.dumps(document["paths"]["/api/listings"]["post"]["requestBody"])
    assert "breeder.puppy" in kinds
    assert "grooming.service" in kinds


def test_every_route_is_listed_with_who_may_use_it(run: Run) -> None:
    rows = json.loads(run("routes", "--json").output)
    assert {"path": "/api/favorites", "methods": ["GET"], "permission": "signed_in", "plugin": "listings"} in rows


def test_samples_load_twice_without_change_and_leave_no_work(ready: Run) -> None:
    ready("sample", "load")
    first = json.loads(ready("outbox", "status", "--json").output)
    ready("sample", "load")
    second = json.loads(ready("outbox", "status", "--json").output)
    assert {(r["name"], r["state"], r["rows"]) for r in first} == {(r["name"], r["state"], r["rows"]) for r in second}
    assert all(r["state"] == "done" for r in second)


def test_a_job_is_run_by_name(ready: Run) -> None:
    assert "1 jobs run" in ready("jobs", "run", "kernel.tidy").output
    assert "there is no job" in ready("jobs", "run", "nonsense", code=1).output


def test_an_admin_is_made_on_the_command_line(ready: Run, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("three quiet camels", encoding="utf-8")
    words = ("user", "create", "--email", "boss@example.kz", "--name", "Boss", "--role", "admin")
    ready(*words, "--password-file", str(secret))
    assert ready(*words, "--password-file", str(secret), code=1).output


def test_a_new_plugin_is_made_where_asked(run: Run, tmp_path: Path) -> None:
    output = run("plugin", "new", "kayak-hire", "--into", str(tmp_path)).output
    assert "plugin check kayak_hire" in output
    assert list(tmp_path.glob("*/src/*/plugin.py"))
    assert run("plugin", "new", "Kayak Hire!", "--into", str(tmp_path), code=1).output


def test_a_worker_is_refused_where_the_web_process_does_the_work(run: Run) -> None:
    assert "MK_JOBS__RUNNER" in run("worker", code=1).output


def test_a_command_that_is_none_is_refused(run: Run) -> None:
    run("nonsense", code=2)
