"""No hook without its entry in the reference, its test, two users and somebody who asks for what they answer."""

import importlib
import inspect
import re
import sys
from pathlib import Path

import attrs
import pytest

from marketplace_kit import assembly
from marketplace_kit.kernel.hooks import Plugin
from marketplace_kit.kernel.hooks.facade import Hooks
from marketplace_kit.kernel.hooks.specs import CONTRIBUTION, REGISTRATION
from marketplace_kit.kernel.registry import Registry

pytestmark = pytest.mark.one_engine

HOUSE = Path(__file__).resolve().parents[2]
HOOKS = [name for name in vars(Plugin) if name.startswith("mk_")]


def test_the_two_lists_name_every_hook_of_the_specification() -> None:
    assert sorted((*REGISTRATION, *CONTRIBUTION)) == sorted(HOOKS)


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_documented_with_its_exact_signature(hook: str) -> None:
    source = inspect.getsource(getattr(Plugin, hook))
    declared = re.search(r"def (mk_\w+\(.*?\) -> .*?):\n", source, re.DOTALL)
    assert declared is not None
    signature = " ".join(declared[1].split())
    page = (HOUSE / "docs" / "reference" / "hooks.md").read_text(encoding="utf-8")
    assert f"\n### `{signature}`\n" in page


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_test_of_its_own(hook: str) -> None:
    wanted = re.compile(rf"^(?:async )?def test_hook_{hook}\(", re.MULTILINE)
    files = [*HOUSE.glob("tests/**/test_*.py"), *HOUSE.glob("plugins/*/tests/**/test_*.py")]
    assert [path for path in files if wanted.search(path.read_text(encoding="utf-8"))], f"write test_hook_{hook}"


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_two_real_users(hook: str) -> None:
    _, hooks = assembly.load_plugins({}, example_plugins())
    assert len(hooks.implementers(hook)) >= 2, f"{hook} is implemented by {hooks.implementers(hook)} only"


@pytest.mark.parametrize("hook", REGISTRATION)
def test_what_is_registered_is_asked_for_by_somebody(hook: str) -> None:
    noun = hook.removeprefix("mk_")
    assert noun in {field.name for field in attrs.fields(Registry)}
    asked = re.compile(rf"(?:registry|_registry\(ctx\))\.{noun}\b|registry\)\.{noun}\b")
    looks = {"checks.py", "testing"}  # they look at everything and use nothing
    files = [p for p in (HOUSE / "src" / "marketplace_kit").rglob("*.py") if looks.isdisjoint(p.parts)]
    assert [p for p in files if asked.search(p.read_text(encoding="utf-8"))], f"nobody reads registry.{noun}"


@pytest.mark.parametrize("hook", CONTRIBUTION)
def test_what_is_contributed_is_called_through_the_facade(hook: str) -> None:
    method = hook.removeprefix("mk_")
    assert callable(getattr(Hooks, method))
    called = re.compile(rf"\bhooks\.{method}\(")
    files = (HOUSE / "src" / "marketplace_kit").rglob("*.py")
    assert [path for path in files if called.search(path.read_text(encoding="utf-8"))], f"nobody calls Hooks.{method}"


def test_nobody_goes_round_the_facade() -> None:
    facade = HOUSE / "src" / "marketplace_kit" / "kernel" / "hooks" / "facade.py"
    files = [p for p in (*HOUSE.glob("src/**/*.py"), *HOUSE.glob("plugins/*/src/**/*.py")) if p != facade]
    assert [path for path in files if re.search(r"\.hook\.mk_", path.read_text(encoding="utf-8"))] == []


def example_plugins() -> list[Plugin]:
    """The one-file plugins of the examples, found as the reference finds them."""
    sys.path.insert(0, str(HOUSE / "docs"))
    try:
        found: list[Plugin] = list(importlib.import_module("generators.house").example_plugins())
    finally:
        sys.path.remove(str(HOUSE / "docs"))
    return found
