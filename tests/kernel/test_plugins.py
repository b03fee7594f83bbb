"""Boot: plugins take their places, misfits stand aside, two of one name stop everything."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Annotated, Any

import attrs
import pytest
import structlog

from marketplace_kit import assembly
from marketplace_kit.kernel import plugins as boot_module
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.hooks import (
    Actor,
    Job,
    LineKind,
    Listener,
    ListingKind,
    NavItem,
    Panel,
    Permission,
    Plugin,
    PluginInfo,
    SettingsSection,
    Storage,
    facade,
    hookimpl,
)
from marketplace_kit.kernel.hooks.facade import Hooks
from marketplace_kit.kernel.plugins import boot, discover, discover_folder
from marketplace_kit.kernel.process import Process, Stage, State, Transition
from marketplace_kit.kernel.registry import DuplicateName, Registry
from tests.kernel.trade import Parcel

pytestmark = pytest.mark.one_engine


def info(name: str, **given: Any) -> PluginInfo:
    return PluginInfo(**({"name": name, "version": "1", "label": name, "summary": ""} | given))


def plain(name: str, **given: Any) -> Plugin:
    plugin = Plugin()
    plugin.info = info(name, **given)
    return plugin


class Core(Plugin):
    info = info("core", core=True)


class Vet(Plugin):
    info = info("vet")

    def __init__(self, *permissions: str) -> None:
        self.permissions = permissions

    @hookimpl
    def mk_permissions(self) -> Sequence[Permission]:
        return [Permission(name=name, label=name) for name in self.permissions]


def quarantined(*plugins: Plugin) -> dict[str, str]:
    registry, _ = boot([Core()], plugins)
    assert "core" in registry.plugins
    return {q.name: q.reason for q in registry.quarantined}


def test_the_core_comes_first_then_plugins_by_their_needs_and_names() -> None:
    given = [
        plain("zoo"),
        plain("art", requires_plugins=("pets",)),
        plain("pets"),
        plain("vet", requires_plugins=("art",)),
    ]
    for order in (given, given[::-1]):
        registry, _ = boot([Core()], order)
        assert list(registry.plugins) == ["core", "pets", "art", "vet", "zoo"]


def test_two_declarations_of_one_name_stop_the_boot_and_name_both_owners() -> None:
    class Twin(Vet):
        info = info("core2", core=True)

    with pytest.raises(DuplicateName, match=r"“vet\.see” is declared by both core2 and vet"):
        boot([Core(), Twin("vet.see")], [Vet("vet.see")])


def test_two_plugins_of_one_name_stop_the_boot_and_name_both_homes() -> None:
    class Other(Plugin):
        info = info("vet")

    with pytest.raises(DuplicateName, match=r"“vet” is declared by both .*Vet and .*Other"):
        boot([Core()], [Vet(), Other()])
    with pytest.raises(DuplicateName, match="“core”"):
        boot([Core()], [plain("core")])


def test_a_job_and_a_listener_may_not_share_a_name() -> None:
    class Seen(Event):
        name = "vet.seen"

    class Both(Plugin):
        info = info("vet")

        @hookimpl
        def mk_jobs(self) -> Sequence[Job]:
            return [Job(name="vet.x", payload=Parcel, run=nothing)]

        @hookimpl
        def mk_listeners(self) -> Sequence[Listener]:
            return [Listener(name="vet.x", event=Seen, handle=nothing)]

    with pytest.raises(DuplicateName, match=r"job or listener “vet\.x”"):
        boot([Core()], [Both()])


async def nothing(*_: Any) -> None:
    return


def test_a_plugin_for_another_version_stands_aside_and_says_which_it_needs() -> None:
    assert "needs kit >=99, found" in quarantined(plain("vet", requires_kit=">=99"))["vet"]
    assert "no version specifier" in quarantined(plain("vet", requires_kit="new enough"))["vet"]


def test_a_plugin_whose_need_is_missing_stands_aside_with_those_that_need_it() -> None:
    told = quarantined(plain("vet", requires_plugins=("pets",)), plain("lab", requires_plugins=("vet",)), plain("zoo"))
    assert sorted(told) == ["lab", "vet"]
    assert "needs pets, which is not there" in told["vet"]


def test_plugins_that_need_each_other_both_stand_aside() -> None:
    told = quarantined(plain("a", requires_plugins=("b",)), plain("b", requires_plugins=("a",)))
    assert sorted(told) == ["a", "b"]


def odd(**methods: Any) -> Plugin:
    """A plugin with these methods, hooks unless they are tuples (a method without its mark)."""
    body = {n: m[0] if isinstance(m, tuple) else hookimpl(m) for n, m in methods.items()}
    return type("Odd", (Plugin,), {"info": info("vet"), **body})()


def raises(self: Any) -> Any:
    raise RuntimeError("no luck")


async def waits(self: Any) -> Any:
    return ()


class Unsound(Form):
    age: int


class Nameless(Event):
    pass


STUCK = Process(name="vet.stuck", states=(State("a", "A"),), transitions=())
DONE = State("done", "Done", stage=Stage.COMPLETED, terminal=True)


def line_kind(stage: Stage | None, one_line_per: str = "") -> LineKind:
    process = Process(
        name="vet.line",
        states=(State("begun", "Begun", stage=stage), DONE),
        transitions=(Transition("do", ("begun",), "done", ("staff",), "Do"),),
    )
    unasked: Any = None
    return LineKind(name="vet.line", label="Line", process=process, capacity=unasked, one_line_per=one_line_per)


class AtTheCounter(Form):
    pet: Annotated[str, Field("Pet")]


INSISTING: Any = attrs.make_class("Insisting", {"form": attrs.field(default=AtTheCounter)})()
MISFITS: dict[str, tuple[Plugin, str]] = {
    "raises": (odd(mk_permissions=raises), "no luck"),
    "unknown hook": (odd(mk_permisions=lambda self: ()), "no hook called mk_permisions"),
    "wrong argument": (odd(mk_nav_items=lambda self, person: ()), "person"),
    "no mark": (odd(mk_permissions=(lambda self: (),)), "mk_permissions lacks @hookimpl"),
    "asynchronous": (odd(mk_permissions=waits), "must be an ordinary function"),
    "answers nonsense": (odd(mk_permissions=lambda self: ["vet.see"]), "answers str, not Permission"),
    "answers nothing": (odd(mk_permissions=lambda self: None), "mk_permissions raised"),
    "bad prefix": (Vet("see"), "“see” must begin with “vet.”"),
    "another's prefix": (Vet("veterans.see"), "must begin with “vet.”"),
    "bad table": (
        odd(mk_storage=lambda self: [Storage(migrations=Path(), prefix="vet_", tables=("vet_a", "shop"))]),
        "tables shop must begin with “vet_”",
    ),
    "another's settings": (
        odd(mk_settings=lambda self: [SettingsSection(name="site", form=Parcel)]),
        "vet",
    ),
    "undeclared field": (
        odd(mk_settings=lambda self: [SettingsSection(name="vet", form=Unsound)]),
        "Unsound.age is not Annotated",
    ),
    "broken process": (
        odd(mk_listing_kinds=lambda self: [ListingKind(name="vet.x", label="X", plural="Xs", process=STUCK)]),
        "state a has no way out",
    ),
    "state of a line without a stage": (
        odd(mk_line_kinds=lambda self: [line_kind(None)]),
        "states begun name no stage of an order",
    ),
    "a line for each of nothing": (
        odd(mk_line_kinds=lambda self: [line_kind(Stage.ACCEPTED, "pet")]),
        "its choice has no field pet",
    ),
    "asking first for nothing": (
        odd(mk_line_kinds=lambda self: [attrs.evolve(line_kind(Stage.ACCEPTED), ask_first="Your pet first")]),
        "ask_first asks for what one_line_per names",
    ),
    "a counter that insists": (
        odd(mk_line_kinds=lambda self: [attrs.evolve(line_kind(Stage.ACCEPTED), counter=INSISTING)]),
        "the counter must not require pet",
    ),
    "nameless event": (
        odd(mk_listeners=lambda self: [Listener(name="vet.x", event=Nameless, handle=nothing)]),
        "Nameless has no name",
    ),
}


@pytest.mark.parametrize("what", MISFITS)
def test_a_misfit_stands_aside_alone_and_is_told_why(what: str) -> None:
    misfit, reason = MISFITS[what]
    told = quarantined(misfit, plain("zoo"))
    assert list(told) == ["vet"]
    assert reason in told["vet"]


def test_a_scheduled_job_needs_a_payload_that_can_be_made_of_nothing() -> None:
    class Weight(Form):
        grams: Annotated[int, Field("Weight")]

    scheduled = Job(name="vet.x", payload=Weight, run=nothing, every=timedelta(hours=1))
    assert "grams" in quarantined(odd(mk_jobs=lambda self: [scheduled]))["vet"]
    assert not quarantined(odd(mk_jobs=lambda self: [attrs.evolve(scheduled, every=None)]))


def test_a_plugin_that_does_not_say_who_it_is_stands_aside_by_its_class() -> None:
    class Anonymous(Plugin):
        pass

    assert any("Anonymous" in name for name in quarantined(Anonymous(), plain("zoo")))


def test_a_fault_of_the_core_itself_is_not_hidden() -> None:
    with pytest.raises(Exception, match="no luck"):
        boot([odd(mk_permissions=raises)])


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=boot_module.GROUP)


def test_what_cannot_be_imported_is_named_and_the_rest_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "leaves_at_once.py").write_text("raise SystemExit(3)")
    monkeypatch.syspath_prepend(tmp_path)
    entries = [entry("gone", "no_such_module:plugin"), entry("leaves", "leaves_at_once:plugin"),
               entry("odd", "pathlib:Path"), entry("kernel", "marketplace_kit.kernel.plugin:plugin")]  # fmt: skip
    monkeypatch.setattr(boot_module, "entry_points", lambda group: EntryPoints(entries))
    found, broken = discover()
    assert [p.info.name for p in found] == ["kernel"]
    assert [b.name for b in broken] == ["gone", "leaves", "odd"]
    assert discover(only=["kernel"])[1] == []
    assert discover(only=[]) == ([], [])


def test_a_file_in_the_sites_folder_is_a_plugin(tmp_path: Path) -> None:
    (tmp_path / "paws.py").write_text(
        "from marketplace_kit.kernel.hooks import Plugin, PluginInfo\n"
        "class Paws(Plugin):\n    info = PluginInfo(name='paws', version='1', label='', summary='')\n"
        "plugin = Paws()\n"
    )
    (tmp_path / "notes.py").write_text("x = 1")
    assert [p.info.name for p in discover_folder(tmp_path)] == ["paws"]
    assert discover_folder(tmp_path / "none") == []
    sys.modules.pop("marketplace_site_plugins_paws")


class Menu(Plugin):
    """Links and panels as a test needs them."""

    def __init__(self, name: str, items: Any, panels: Any = ()) -> None:
        self.info = info(name)
        self.items, self.given = items, panels

    @hookimpl
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        return self.items() if callable(self.items) else self.items

    @hookimpl
    def mk_panels(self, slot: str) -> Sequence[Panel]:
        return self.given


def booted(*plugins: Plugin) -> tuple[Registry, Hooks]:
    return boot([Core()], plugins)


def link(text: str, order: int = 100) -> NavItem:
    return NavItem(slot="main", text=text, href="/", order=order)


BREAKING: dict[str, Any] = {
    "raises": lambda: 1 / 0,
    "answers nothing": lambda: None,
    "answers a text": lambda: ["link"],
    "answers a class": lambda: [NavItem],
    "cannot be put in order": lambda: [link("x", "y")],
}


@pytest.mark.parametrize("how", BREAKING)
def test_a_contribution_that_breaks_is_left_out_alone(how: str) -> None:
    _, hooks = booted(Menu("a", BREAKING[how]), Menu("b", [link("two", 2)]), Menu("c", [link("one", 1)]))
    assert [item.text for item in hooks.nav_items(Actor())] == ["one", "two"]


def test_a_switched_off_plugin_contributes_nothing_on_the_site_that_switched_it_off() -> None:
    _, hooks = booted(Menu("a", [link("a")]), Menu("b", [link("b")]))
    one, other = hooks.for_site(lambda name: name != "a"), hooks.for_site(lambda name: True)
    assert [item.text for item in one.nav_items(Actor())] == ["b"]
    assert [item.text for item in other.nav_items(Actor())] == ["a", "b"]


def test_a_hook_may_take_fewer_arguments_than_it_is_offered() -> None:
    _, hooks = booted(Menu("a", [], [Panel(template="a.html", context={})]))
    assert [(name, p.template) for name, p in hooks.panels("home", {"x": 1})] == [("a", "a.html")]
    assert hooks.implementers("mk_panels") == ["a"]


def test_the_registry_says_who_declared_what() -> None:
    registry, _ = booted(Vet("vet.see", "vet.write"))
    assert registry.permissions.owner("vet.see") == "vet"
    assert registry.owned("vet") == {"permissions": 2}
    assert registry.permissions.of("core") == ()


class Talkative(Plugin):
    info = info("talkative")

    @hookimpl
    def mk_permissions(self) -> Sequence[Permission]:
        return (Permission(name="talkative.talk", label="Talk"),)

    @hookimpl
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        return (NavItem(slot="main", text="Talk", href="/talk"), NavItem(slot="main", text="Listen", href="/listen"))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the facade logs, whatever this process otherwise lets through."""
    logger = structlog.testing.CapturingLogger()
    monkeypatch.setattr(facade, "log", logger)
    return logger.calls


def test_a_traced_call_is_told_with_its_plugin_and_what_it_answered(told: list[Any]) -> None:
    _, hooks = boot([Core()], [Talkative()], trace=True)
    hooks.for_site(lambda _: True).nav_items(Actor())
    assert {(t.method_name, t.args) for t in told} == {("info", ("hook.called",))}
    calls = [(t.kwargs["hook"], t.kwargs["plugin"], t.kwargs["answered"]) for t in told]
    assert calls == [("mk_permissions", "talkative", 1), ("mk_nav_items", "talkative", 2)]
    assert all(t.kwargs["milliseconds"] >= 0 for t in told)


def test_nothing_is_told_of_calls_unless_asked(told: list[Any]) -> None:
    _, hooks = boot([Core()], [Talkative()])
    assert len(hooks.nav_items(Actor())) == 2
    assert told == []


@pytest.mark.parametrize(("said", "traced"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_the_environment_asks_for_a_trace(told: list[Any], said: str, traced: bool) -> None:
    assembly.load_plugins({"MK_PLUGINS": "", "MK_TRACE_HOOKS": said})
    assert bool(told) is traced
