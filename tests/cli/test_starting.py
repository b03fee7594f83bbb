"""What a second start leaves out. How long one takes is for the benchmarks to say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from marketplace_kit.cli.deployment import Deployment
from marketplace_kit.cli.running import DEMO_DATABASE, prepared

pytestmark = [pytest.mark.one_engine, pytest.mark.slow]

UNUSED = {"alembic", "celery", "copier", "kombu", "pydantic"}
"""Large packages that serving needs nothing of: migrations, a broker, scaffolds, another kind of model."""

STARTED = """
import gc, json, sys
import uvicorn

async def told(server, sockets):
    app = server.config.app
    made = {handler for route in app.routes for handler in getattr(route, "route_handlers", ())}
    found = {
        "modules": sorted(sys.modules),
        "kept": gc.get_freeze_count(),
        "left": len(gc.get_objects()),
        "collecting": gc.isenabled(),
        "options": sum(handler.http_methods == {"OPTIONS"} for handler in made),
        "plugins": sorted({handler.opt["plugin"] for handler in made if "plugin" in handler.opt}),
    }
    print(json.dumps(found), file=sys.stderr)

uvicorn.Server.serve = told
from marketplace_kit.__main__ import main
main()
"""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """``marketplace demo`` on a prepared folder, as it is when it would begin to answer."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / DEMO_DATABASE).touch()
    (folder / "prepared").write_text(prepared(Deployment(folder / "none.toml")), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MK_")}
    told = subprocess.run(
        [sys.executable, "-c", STARTED, "demo", "--port", "0", "--data", str(folder)],
        cwd=folder, env=environment, capture_output=True, text=True, check=True,
    ).stderr  # fmt: skip
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    return found


def test_a_second_start_imports_nothing_that_serving_has_no_use_for(started: dict[str, Any]) -> None:
    assert {module.partition(".")[0] for module in started["modules"]} & UNUSED == set()


def test_what_a_start_made_is_not_searched_for_garbage_again(started: dict[str, Any]) -> None:
    assert started["collecting"]
    assert started["kept"] > 100 * started["left"]


def test_the_paths_of_a_declaration_share_one_answer_to_options(started: dict[str, Any]) -> None:
    """Litestar makes one for each path otherwise: half of all its handlers."""
    assert len(started["plugins"]) <= started["options"] <= 2 * len(started["plugins"])
