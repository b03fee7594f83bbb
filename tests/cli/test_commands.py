"""The command line as an operator uses it: each command on a deployment of its own."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.services import create_person
from marketplace_kit.cli import main
from marketplace_kit.cli.deployment import Deployment
from marketplace_kit.kernel.choices import choose
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.shops.schemas import NewShop
from marketplace_kit.shops.services import ensure_shop
from marketplace_kit.shops.tables import shop_table
from marketplace_kit.testing.zones import zone_law

pytestmark = pytest.mark.one_engine
Run = Callable[..., Result]
TEAHOUSE = """from marketplace_kit.kernel.hooks import Plugin, PluginInfo


class Teahouse(Plugin):
    info = PluginInfo(name="teahouse", version="0.7", label="Teahouse", summary="Tea.")


plugin = Teahouse()
"""


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
    assert any(revision.startswith("kernel") for revision in before["pending"])
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
    assert json.loads(ready("db", "status", "--json", code=1).output)["pending"] == ["grooming_0002"]
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
    assert hooks["mk_listing_kinds"][-3:] == ["breeder", "boarding", "grooming"]


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
    # what is held over somebody's quiet hours waits for the morning; nothing else may be left
    now = datetime.now(UTC).isoformat()
    assert [r for r in second if r["state"] != "done" and r["oldest"] <= now] == []
    assert json.loads(ready("sample", "load", "--scale", "40", "--json").output)["listings"] == 40
    assert "10 listings made, 40 were there" in ready("sample", "load", "--scale", "50").output
    ready("sample", "load", "--scale", "0", code=2)


def test_a_job_is_run_by_name(ready: Run) -> None:
    assert "1 jobs run" in ready("jobs", "run", "kernel.tidy").output
    assert "there is no job" in ready("jobs", "run", "nonsense", code=1).output


def test_what_a_program_starts_it_can_read(ready: Run) -> None:
    def told(*words: str, code: int = 0) -> Any:
        return json.loads(ready(*words, "--json", code=code).stdout)

    assert told("db", "upgrade") == {"upgraded": []}
    assert told("db", "check") == {"differences": []}
    assert told("jobs", "run", "kernel.tidy") == {"name": "kernel.tidy", "jobs": 1}
    assert told("outbox", "retry", "--dry-run") == {"jobs": 0, "retried": False}
    assert told("outbox", "retry") == {"jobs": 0, "retried": True}
    assert told("plugin", "check", "grooming") == [{"name": "grooming", "fits": True, "faults": []}]
    assert told("plugin", "disable", "grooming") == {"name": "grooming", "state": "disabled"}
    would = told("plugin", "purge", "grooming", "--dry-run")
    assert would["purged"] is False
    assert "say --yes" in ready("plugin", "purge", "grooming", "--json", code=1).output
    assert told("plugin", "enable", "grooming") == {"name": "grooming", "state": "enabled"}
    assert any(r["name"] == "kernel.tidy" and r["every_seconds"] == 3600 for r in told("jobs", "list"))


def test_processes_are_listed_shown_and_drawn(run: Run) -> None:
    names = [r["name"] for r in json.loads(run("process", "list", "--json").output)]
    assert "shops.shop" in names
    moves = json.loads(run("process", "show", "shops.shop", "--json").output)
    assert {"from", "verb", "to", "who"} == set(moves[0])
    assert "stateDiagram" in run("process", "show", "shops.shop", "--mermaid").output
    assert "there is no process" in run("process", "show", "nonsense", code=1).output


def test_health_asks_a_running_site_and_fails_where_none_answers(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    away = json.loads(run("health", "--url", "http://127.0.0.1:1", "--json", code=1).output)
    assert (away["serving"], away["status"]) == (False, "away")

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            good = (self.path, self.headers["Authorization"]) == ("/health/ready", "Bearer of-the-watch-0123456789")
            self.send_response(200 if good else 503)
            self.end_headers()
            self.wfile.write(b'{"status": "ready", "checks": {"database": "ok"}}')

        def log_message(self, *_: object) -> None:
            """Nothing: the tests listen."""

    monkeypatch.setenv("MK_MONITORING__TOKEN", "of-the-watch-0123456789")
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        Thread(target=server.handle_request, daemon=True).start()
        output = run("health", "--url", f"http://127.0.0.1:{server.server_port}").output
    assert output.strip() == "ready database=ok"


def test_only_a_secret_in_a_file_is_replaced(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "MK_SITE__SECRET_FILE" in run("secrets", "rotate", "--yes", code=1).output
    kept = tmp_path / "secret"
    kept.write_text("an-old-secret-of-more-than-thirty-two-letters", encoding="utf-8")
    monkeypatch.setenv("MK_SITE__SECRET_FILE", str(kept))
    run("db", "upgrade")
    told = json.loads(run("secrets", "rotate", "--dry-run", "--json").output)
    assert told == {"file": str(kept), "rotated": False}
    assert kept.read_text(encoding="utf-8").startswith("an-old-secret")
    run("secrets", "rotate", typed="n\n", code=1)
    assert kept.read_text(encoding="utf-8").startswith("an-old-secret")
    assert json.loads(run("secrets", "rotate", "--yes", "--json").output)["rotated"] is True
    fresh = kept.read_text(encoding="utf-8")
    assert len(fresh) >= 32
    assert fresh not in run("config", "show").output
    assert not fresh.startswith("an-old-secret")
    assert kept.stat().st_mode & 0o777 == 0o600


def test_what_an_admin_saved_is_told_apart(ready: Run) -> None:
    async def saved(site: Site) -> None:
        await site.do(choose, "site.name", "Caravanserai")

    Deployment(Path("marketplace.toml")).run(saved)
    rows = {r["setting"]: r for r in json.loads(ready("config", "show", "--json").stdout)}
    assert rows["site.name"] == {"setting": "site.name", "value": "Caravanserai", "origin": "admin"}


def test_a_plugin_beside_the_site_becomes_a_distribution(run: Run, tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins/teahouse.py").write_text(TEAHOUSE, encoding="utf-8")
    told = json.loads(run("plugin", "package", "teahouse", "--into", str(tmp_path / "out"), "--json").output)
    folder = Path(told["folder"])
    assert folder.name == "marketplace-teahouse"
    assert (folder / "src/marketplace_teahouse/plugin.py").read_text(encoding="utf-8") == TEAHOUSE
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == "0.7"
    assert project["project"]["entry-points"]["marketplace_kit.plugins"] == {
        "teahouse": "marketplace_teahouse.plugin:plugin"
    }
    assert "exists already" in run("plugin", "package", "teahouse", "--into", str(tmp_path / "out"), code=1).output
    assert "neither" in run("plugin", "package", "nonsense", code=1).output


def test_an_admin_is_made_on_the_command_line(ready: Run, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("three quiet camels", encoding="utf-8")
    words = ("user", "create", "--email", "boss@example.kz", "--name", "Boss", "--role", "admin")
    told = json.loads(ready(*words, "--password-file", str(secret), "--json").output)
    assert told["email"] == "boss@example.kz"
    again = ready(*words, "--password-file", str(secret), code=1).output
    assert "Somebody is registered with this e-mail address" in again
    exported = json.loads(ready("privacy", "export", "boss@example.kz").output)
    assert told["id"] in json.dumps(exported)


def test_a_new_plugin_is_made_where_asked(run: Run, tmp_path: Path) -> None:
    output = run("plugin", "new", "kayak-hire", "--into", str(tmp_path)).output
    assert "plugin check kayak_hire" in output
    assert list(tmp_path.glob("*/src/*/plugin.py"))
    told = json.loads(run("plugin", "new", "sauna", "--with", "page", "--into", str(tmp_path), "--json").output)
    assert told == {"folder": str(tmp_path / "marketplace-sauna"), "name": "sauna"}
    assert run("plugin", "new", "Kayak Hire!", "--into", str(tmp_path), code=1).output


def test_a_worker_and_a_beat_are_refused_where_the_web_process_does_the_work(run: Run) -> None:
    assert "MK_JOBS__RUNNER" in run("worker", code=1).output
    assert "MK_JOBS__RUNNER" in run("beat", code=1).output


def test_somebody_is_forgotten_and_a_program_is_told_by_whom(ready: Run, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("three quiet camels", encoding="utf-8")
    ready("user", "create", "--email", "gone@example.kz", "--name", "Gone", "--password-file", str(secret))
    words = ("privacy", "erase", "gone@example.kz", "--json")
    would = json.loads(ready(*words, "--dry-run").output)
    assert would["forgotten"] is False
    assert "accounts.people" in would["keepers"]
    assert "say --yes" in ready(*words, code=1).output
    assert "gone@example.kz" in ready("privacy", "export", "gone@example.kz").output
    assert json.loads(ready(*words, "--yes").output)["forgotten"] is True
    assert "nobody here has the address" in ready("privacy", "export", "gone@example.kz", code=1).output


def test_a_shops_listings_and_the_index_are_made_for_programs_too(ready: Run, tmp_path: Path) -> None:
    ready("sample", "load")

    async def a_shop(connection: AsyncConnection) -> str:
        return str((await connection.execute(sa.text("SELECT shop_id FROM listing LIMIT 1"))).scalar_one())

    shop = Deployment(Path("marketplace.toml")).run(lambda site: site.ask(a_shop))
    told = json.loads(ready("export", shop, str(tmp_path / "out.csv"), "--json").output)
    assert told["bytes"] == (tmp_path / "out.csv").stat().st_size > 0
    assert json.loads(ready("import", shop, str(tmp_path / "out.csv"), "--json").output)["made"] == 0
    assert json.loads(ready("reindex", "--json").output)["listings"] > 0


def test_a_site_is_set_up_and_nothing_there_is_overwritten(run: Run, tmp_path: Path) -> None:
    words = ("init", "our", "--name", 'The "old" bazaar', "--locale", "kk")
    shown = run(*words, "--dry-run").output
    assert '+name = "The \\"old\\" bazaar"' in shown
    assert not (tmp_path / "our").exists()
    told = json.loads(run(*words, "--json").output)
    assert told["written"] is True
    assert "marketplace.toml" in told["new"]
    secret = tmp_path / "our/secrets/site"
    assert secret.stat().st_mode & 0o777 == 0o600
    kept = secret.read_text(encoding="utf-8")
    rows = json.loads(run("--config", "our/marketplace.toml", "config", "show", "--json").output)
    assert {r["setting"]: r["value"] for r in rows}["site.name"] == 'The "old" bazaar'
    assert "nothing would change" in run(*words, "--dry-run").output
    (tmp_path / "our/marketplace.toml").write_text('[site]\nname = "Mine"\n', encoding="utf-8")
    assert '-name = "Mine"' in run(*words, "--dry-run").output
    assert "marketplace.toml in our would be overwritten" in run(*words, code=1).output
    assert (tmp_path / "our/marketplace.toml").read_text(encoding="utf-8") == '[site]\nname = "Mine"\n'
    assert secret.read_text(encoding="utf-8") == kept


def test_a_site_that_could_not_start_is_not_set_up(run: Run, tmp_path: Path) -> None:
    assert "no time zone Asia/Nowhere" in run("init", "our", "--timezone", "Asia/Nowhere", code=1).output
    assert "site.currency" in run("init", "our", "--currency", "tenge", code=1).output
    assert not (tmp_path / "our").exists()


def test_a_command_that_is_none_is_refused(run: Run) -> None:
    assert "nonsense" in run("nonsense", code=2).output


async def open_in_almaty(site: Site) -> None:
    owner = await create_person(site, name="Owner", email="owner@example.kz", password="a-good-long-password")
    await ensure_shop(site, NewShop(name="Salon", city="Almaty"), owner=owner)

    async def moved(uow: UnitOfWork) -> None:
        await uow.session.execute(sa.update(shop_table).values(zone="Asia/Almaty"))

    await site.do(moved)


def test_zones_are_held_against_the_law_that_times_were_worked_out_by(ready: Run, tmp_path: Path) -> None:
    with zone_law(tmp_path / "zones", "Asia/Almaty", timedelta(hours=6)):
        Deployment(Path("marketplace.toml")).run(open_in_almaty)
        assert "Asia/Almaty" in ready("zones").output
        assert json.loads(ready("zones", "--check", "--json").output)["zones"][0]["noted"]
    assert "changed by law: Asia/Almaty" in ready("zones", "--check", code=1).output
    found = json.loads(ready("doctor", "--json").output)
    assert ["Asia/Almaty" in one["finding"] for one in found if "marketplace zones" in one["cure"]] == [True]
    assert "0 appointments worked out anew" in ready("zones").output
    ready("zones", "--check")
