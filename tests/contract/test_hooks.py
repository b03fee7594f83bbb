"""What a plugin contributes takes effect: one test for each hook, with a plugin of a few lines beside the core."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar
from uuid import UUID

import attrs
import httpx
import msgspec
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from litestar import get
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncConnection
from typing_extensions import override

from marketplace_kit.accounts.services import create_person, erase_person, export_person
from marketplace_kit.app import create_app
from marketplace_kit.cli import main
from marketplace_kit.cli.samples import load_samples
from marketplace_kit.kernel.activation import Activation, disable, enable
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.database import Uuid, metadata
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.fields import Field, Form, NoFields
from marketplace_kit.kernel.hooks import (
    Actor,
    Channel,
    Job,
    Listener,
    ListingKind,
    Message,
    NavItem,
    Notice,
    Panel,
    Permission,
    PersonalData,
    Plugin,
    PluginInfo,
    Routes,
    Sample,
    SettingsSection,
    Storage,
    Templates,
    hookimpl,
)
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.jobs import Work, run_until_idle
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.listings.schemas import Offer
from marketplace_kit.listings.services import ensure_listing
from marketplace_kit.notifications.services import notify
from marketplace_kit.shops.schemas import NewShop
from marketplace_kit.shops.services import ensure_shop
from marketplace_kit.testing.clients import open_client
from marketplace_kit.testing.lines import REPAIR, Workshop, wished
from marketplace_kit.testing.sites import Sites
from marketplace_kit.web.context import WebRequest
from marketplace_kit.web.rendering import page
from marketplace_kit.web.routing import PUBLIC, route

pytestmark = pytest.mark.anyio


def plugin(name: str = "vet", **answers: Any) -> Plugin:
    """A plugin that gives one answer to each hook named."""
    body: dict[str, Any] = {h: hookimpl(_answering(h, answer)) for h, answer in answers.items()}
    body["info"] = PluginInfo(name=name, version="1.0", label=name.title(), summary="A plugin for a test.")
    made: Plugin = type("Small", (Plugin,), body)()
    return made


def _answering(hook: str, answer: Sequence[Any]) -> Any:
    def registration(self: Plugin) -> Sequence[Any]:
        return answer

    registration.__name__ = hook
    return registration


@asynccontextmanager
async def opened(sites: Sites, *plugins: Plugin, **given: Any) -> AsyncIterator[tuple[Site, httpx.AsyncClient]]:
    """A site of the core and these plugins alone, with a browser on it."""
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(sites.open(plugins, environ={"MK_PLUGINS": ""}, **given))
        yield site, await stack.enter_async_context(open_client(create_app(site), site))


async def sign_in(site: Site, client: httpx.AsyncClient, *roles: str) -> UUID:
    """A new person with these roles, whom the client speaks for from now on."""
    known = {"email": f"{'-'.join(roles) or 'nobody'}@example.kz", "password": "four words of luck"}
    person = await create_person(site, name="Aru", roles=roles, locale="en", **known)
    signed_in = await client.post("/api/auth/login", json=known)
    client.headers["authorization"] = f"Bearer {signed_in.json()['access_token']}"
    client.cookies.clear()
    return person


async def switched(site: Site, *, on: bool) -> None:
    await site.do(enable if on else disable, "vet")
    await site.facility(Activation).refresh(site, at_most_every=0)


# ── registration ─────────────────────────────────────────────────────────────────────────────────


class VetSettings(Form):
    visit_minutes: Annotated[int, Field("Length of a visit", min=5, max=240)] = 30


async def test_hook_mk_settings(sites: Sites) -> None:
    vet = plugin(mk_settings=(SettingsSection(name="vet", form=VetSettings),))
    async with opened(sites, vet, overrides={"vet.visit_minutes": 45}) as (site, _):
        assert site.settings.of(VetSettings).visit_minutes == 45


REVISION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "vet_0001", None, ("vet",), "kernel_0001"


def upgrade():
    op.create_table("vet_visit", sa.Column("id", sa.Uuid, primary_key=True))


def downgrade():
    op.drop_table("vet_visit")
"""


async def test_hook_mk_storage(sites: Sites, tmp_path: Path) -> None:
    (tmp_path / "vet_0001_visits.py").write_text(REVISION)
    visits = sa.Table("vet_visit", metadata, sa.Column("id", Uuid, primary_key=True))
    vet = plugin(mk_storage=(Storage(migrations=tmp_path, prefix="vet_", tables=("vet_visit",)),))

    async def store(uow: UnitOfWork) -> None:
        await uow.session.execute(sa.insert(visits).values(id=new_id()))

    async def count(connection: Any) -> int:
        return int((await connection.execute(sa.select(sa.func.count()).select_from(visits))).scalar_one())

    try:
        async with opened(sites, vet) as (site, _):
            await site.do(store)
            assert await site.ask(count) == 1
    finally:
        metadata.remove(visits)


@get("/vet/hours", **route(PUBLIC))
async def hours(request: WebRequest) -> Response[str]:
    return await page(request, "vet/hours.html", page_title="Opening hours")


async def test_hook_mk_templates(sites: Sites, tmp_path: Path) -> None:
    (tmp_path / "vet").mkdir()
    (tmp_path / "vet" / "hours.html").write_text("{{ page_title }}, {{ _('every day') }}")
    (tmp_path / "kk.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "Opening hours"\nmsgstr "Жұмыс уақыты"\n')
    folders = (Templates(folder=tmp_path, locale=tmp_path),)
    async with opened(sites, plugin(mk_templates=folders, mk_routes=(Routes(handlers=(hours,)),))) as (_, client):
        assert (await client.get("/kk/vet/hours")).text == "Жұмыс уақыты, every day"


@get("/api/vet/diary", **route("vet.read_diary"))
async def diary() -> list[str]:
    return ["Barsik, 10:00"]


async def test_hook_mk_permissions(sites: Sites) -> None:
    permissions = (Permission(name="vet.read_diary", label="Read the diary", roles=("operator",)),)
    async with opened(sites, plugin(mk_permissions=permissions, mk_routes=(Routes(handlers=(diary,)),))) as (
        site,
        client,
    ):
        assert (await client.get("/api/vet/diary")).status_code == 401
        await sign_in(site, client, "vendor")
        assert (await client.get("/api/vet/diary")).status_code == 403
        await sign_in(site, client, "operator")
        assert (await client.get("/api/vet/diary")).json() == ["Barsik, 10:00"]


class Vaccination(Form):
    against: Annotated[str, Field("Against", choices=(("rabies", "Rabies"), ("flu", "Flu")))]


VACCINATION = ListingKind(name="vet.vaccination", label="Vaccination", plural="Vaccinations", attributes=Vaccination)


async def test_hook_mk_listing_kinds(sites: Sites) -> None:
    async with opened(sites, plugin(mk_listing_kinds=(VACCINATION,))) as (site, client):
        vendor = await sign_in(site, client, "vendor")
        shop = await ensure_shop(site, NewShop(name="The vet", city="Atyrau"), owner=vendor)
        listing = {"shop_id": str(shop), "kind": "vet.vaccination", "title": "Against rabies"}
        made = await client.post("/api/listings", json=listing | {"attributes": {"against": "rabies"}})
        assert (made.status_code, made.json()["attributes"]) == (201, {"against": "rabies"})
        refused = await client.post("/api/listings", json=listing | {"attributes": {"against": "moths"}})
        assert [p["field"] for p in refused.json()["problems"]] == ["attributes.against"]
        await switched(site, on=False)
        assert "vet.vaccination" not in {kind["name"] for kind in (await client.get("/api/listing-kinds")).json()}


async def test_hook_mk_line_kinds(sites: Sites) -> None:
    async with opened(sites, Workshop(places=9)) as (site, client):
        vendor = await sign_in(site, client, "vendor")
        shop = await ensure_shop(site, NewShop(name="The workshop", city="Atyrau"), owner=vendor)
        offer = Offer(title="Repair", price=None)
        listing = await ensure_listing(
            site, shop_id=shop, kind=REPAIR, offer=offer, attributes=NoFields(), owner=vendor
        )
        order = {"lines": [wished(listing, "bicycle", "sledge")], "consent": True}
        made = await client.post("/api/orders/create", json=order)
        assert made.status_code == 201, made.text
        assert [line["kind"] for line in made.json()["order"]["lines"]] == ["workshop.visit", "workshop.visit"]
        await site.do(disable, "workshop")
        await site.facility(Activation).refresh(site, at_most_every=0)
        assert (await client.post("/api/orders/create", json=order)).status_code in (404, 409)
        kept = await client.get(f"/api/orders/{made.json()['order']['id']}")
        assert kept.json()["status"] == "pending"


REMINDER = Notice(
    name="vet.reminder", label="Reminder", subject="{pet} visits us", body="At {time}.", channels=("in_app",)
)


def reminding(person: UUID) -> Any:
    async def remind(uow: UnitOfWork) -> None:
        facts = {"pet": "Barsik", "time": "10:00"}
        await notify(uow, to=person, notice="vet.reminder", facts=facts, link="/", key="vet.reminder:1")

    return remind


async def test_hook_mk_notices(sites: Sites) -> None:
    async with opened(sites, plugin(mk_notices=(REMINDER,))) as (site, client):
        person = await sign_in(site, client)
        await site.do(reminding(person))
        await site.do(reminding(person))
        await run_until_idle(site)
        notices = (await client.get("/api/notifications")).json()["items"]
        assert [n["subject"] for n in notices] == ["Barsik visits us"], (
            "one notice for one key, however often it is said"
        )


class Pigeons:
    """A channel that keeps what it was given."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    async def deliver(self, site: Site, message: Message) -> None:
        self.sent.append(message)


async def test_hook_mk_channels(sites: Sites) -> None:
    pigeons = Pigeons()
    by_air = attrs.evolve(REMINDER, channels=("pigeon",))
    channel = Channel(name="pigeon", label="Pigeon", address="email", sender=pigeons)
    async with opened(sites, plugin(mk_notices=(by_air,), mk_channels=(channel,))) as (site, client):
        await site.do(reminding(await sign_in(site, client)))
        assert pigeons.sent == [], "never inside the transaction"
        await run_until_idle(site)
    assert [(m.to, m.subject, m.body) for m in pigeons.sent] == [("nobody@example.kz", "Barsik visits us", "At 10:00.")]


@get("/api/vet/ping", **route(PUBLIC))
async def ping() -> dict[str, str]:
    return {"vet": "in"}


async def test_hook_mk_routes(sites: Sites) -> None:
    async with opened(sites, plugin(mk_routes=(Routes(handlers=(ping,)),))) as (site, client):
        assert (await client.get("/api/vet/ping")).json() == {"vet": "in"}
        await switched(site, on=False)
        refused = await client.get("/api/vet/ping")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


class Labels(msgspec.Struct):
    pet: str


async def test_hook_mk_jobs(sites: Sites, clock: SetClock) -> None:
    printed: list[str] = []

    async def print_labels(work: Work, labels: Labels) -> None:
        printed.append(labels.pet)

    async def admit(uow: UnitOfWork) -> None:
        uow.enqueue("vet.print", Labels("Barsik"))

    vet = plugin(mk_jobs=(Job(name="vet.print", payload=Labels, run=print_labels),))
    async with opened(sites, vet, clock=clock) as (site, _):
        await switched(site, on=False)
        await site.do(admit)
        await run_until_idle(site)
        assert printed == [], "a disabled plugin's work waits"
        await switched(site, on=True)
        clock.advance(timedelta(hours=2))
        await run_until_idle(site)
        assert printed == ["Barsik"], "and is not lost"


class PetAdmitted(Event):
    name: ClassVar[str] = "vet.pet_admitted"
    pet: str


async def test_hook_mk_listeners(sites: Sites) -> None:
    heard: list[str] = []

    async def listen(uow: UnitOfWork, event: PetAdmitted) -> None:
        heard.append(event.pet)

    async def fail(uow: UnitOfWork, event: PetAdmitted) -> None:
        raise RuntimeError("the kitchen is closed")

    async def admit(uow: UnitOfWork) -> None:
        uow.record(PetAdmitted(pet="Barsik"))

    names = (("vet.fail", fail), ("vet.listen", listen))
    vet = plugin(mk_listeners=tuple(Listener(name=n, event=PetAdmitted, handle=h) for n, h in names))
    async with opened(sites, vet) as (site, _):
        await site.do(admit)
        assert heard == [], "after the commit, not in it"
        await run_until_idle(site)
        assert heard == ["Barsik"], "one that fails holds up no other"


ONE_FILE = """
import click
from marketplace_kit.kernel.hooks import Command, Plugin, PluginInfo, hookimpl


@click.command()
def vet():
    click.echo("the vet is in")


class Vet(Plugin):
    info = PluginInfo(name="vet", version="1.0", label="Vet", summary="A plugin for a test.")

    @hookimpl
    def mk_commands(self):
        return (Command(name="vet", load=lambda: vet),)


plugin = Vet()
"""


async def test_hook_mk_personal_data(sites: Sites) -> None:
    kept: dict[UUID, str] = {}

    async def export(connection: AsyncConnection, person: UUID) -> Any:
        return {"pet": kept.get(person)}

    async def forget(uow: UnitOfWork, person: UUID) -> None:
        kept.pop(person, None)

    pets = PersonalData(name="vet.pets", columns={"vet_pet.name": "content"}, export=export, erase=forget)
    async with opened(sites, plugin(mk_personal_data=(pets,))) as (site, client):
        person = await sign_in(site, client)
        kept[person] = "Barsik"
        await switched(site, on=False)
        exported = await export_person(site, person)
        assert exported["vet.pets"] == {"pet": "Barsik"}, "of a disabled plugin too"
        assert exported["accounts.people"]["person"]["email"] == "nobody@example.kz"
        await site.do(erase_person, person)
        assert kept == {}
        assert (await client.get("/api/auth/me")).status_code == 401


def test_hook_mk_commands(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "vet.py").write_text(ONE_FILE)
    (tmp_path / "marketplace.toml").write_text("")
    said = CliRunner().invoke(main, ["--config", str(tmp_path / "marketplace.toml"), "vet"])
    assert said.output.splitlines()[-1:] == ["the vet is in"], said.output


async def test_hook_mk_samples(sites: Sites) -> None:
    loaded: list[str] = []

    def sample(name: str, *after: str) -> Sample:
        async def load(site: Site) -> None:
            loaded.append(name)

        return Sample(name=name, load=load, after=after)

    samples = (sample("vet.visits", "vet.pets"), sample("vet.pets"), sample("vet.bills", "payments"))
    async with opened(sites, plugin(mk_samples=samples)) as (site, _):
        await load_samples(site, lambda _: None)
    assert [name for name in loaded if name.startswith("vet")] == ["vet.pets", "vet.visits"]


# ── contribution ─────────────────────────────────────────────────────────────────────────────────


class Signs(Plugin):
    """Puts up a sign: a link in the menu and a panel under the page."""

    info = PluginInfo(name="vet", version="1.0", label="Vet", summary="A plugin for a test.")

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @hookimpl
    @override
    def mk_templates(self) -> Sequence[Templates]:
        return (Templates(folder=self.folder),)

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        return (NavItem(slot="main", text="The vet is in", href="/vet"),)

    @hookimpl
    @override
    def mk_panels(self, slot: str, snapshot: Mapping[str, Any]) -> Sequence[Panel]:
        return (Panel(template="vet/sign.html", context={"who": "Dr Aisulu"}),) if slot == "after_main" else ()


class Broken(Plugin):
    """Raises where a page asks."""

    info = PluginInfo(name="broken", version="1.0", label="Broken", summary="A plugin for a test.")

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        raise RuntimeError("no links today")

    @hookimpl
    @override
    def mk_panels(self, slot: str, snapshot: Mapping[str, Any]) -> Sequence[Panel]:
        raise RuntimeError("no panels today")


def signs(folder: Path) -> Signs:
    (folder / "vet").mkdir()
    (folder / "vet" / "sign.html").write_text("<aside>{{ who }} & co: {{ locale }}</aside>")
    return Signs(folder)


async def test_hook_mk_nav_items(sites: Sites, tmp_path: Path) -> None:
    async with opened(sites, signs(tmp_path), Broken()) as (site, client):
        assert "The vet is in" in (await client.get("/en/nowhere")).text
        await switched(site, on=False)
        assert "The vet is in" not in (await client.get("/en/nowhere")).text


async def test_hook_mk_panels(sites: Sites, tmp_path: Path) -> None:
    async with opened(sites, signs(tmp_path), Broken()) as (site, client):
        assert "<aside>Dr Aisulu & co: en</aside>" in (await client.get("/en/nowhere")).text
        await switched(site, on=False)
        assert "Dr Aisulu" not in (await client.get("/en/nowhere")).text
