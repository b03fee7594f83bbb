"""A cyber café as a plugin in one file: what it offers, calls from a seat, and the screen above the counter."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar

import anyio
import litestar
from litestar.response import Response

from marketplace_kit.accounts.queries import person_id_by_email
from marketplace_kit.kernel import hooks
from marketplace_kit.kernel.errors import Invalid
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.hooks import ListingKind, hookimpl
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.schemas import Offer
from marketplace_kit.listings.services import ensure_listing
from marketplace_kit.notifications.services import notify
from marketplace_kit.shops.queries import owners_of, shop_page
from marketplace_kit.shops.schemas import NewShop
from marketplace_kit.shops.services import ensure_shop
from marketplace_kit.web.bodies import posted, posted_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route

CAFE, SLUG, SCREEN, CALL = "Caspian Cyber Café", "caspian-cyber-cafe", "cybercafe:counter", "/cybercafe/call"


class Computer(Form):
    zone: Annotated[str, Field(N_("Zone"), choices=(("hall", N_("Hall")), ("vip", N_("Quiet room"))), filterable=True)]
    hours: Annotated[int, Field(N_("Hours"), min=1, max=24)] = 1


class Printing(Form):
    paper: Annotated[str, Field(N_("Paper"), choices=(("a4", "A4"), ("a3", "A3"), ("photo", N_("Photo paper"))))]
    colour: Annotated[bool, Field(N_("In colour"), filterable=True)] = False


class Call(Form):
    seat: Annotated[int, Field(N_("Number of your seat"), min=1, max=99)]
    wish: Annotated[str, Field(N_("What do you need?"), max_length=100)]


class SeatCalled(Event, frozen=True, kw_only=True):
    name: ClassVar[str] = "cybercafe.seat_called"
    call_id: str
    seat: int
    wish: str


async def call_counter(uow: UnitOfWork, call: Call) -> None:
    uow.record(SeatCalled(call_id=str(new_id()), seat=call.seat, wish=call.wish))


async def tell_counter(uow: UnitOfWork, event: SeatCalled) -> None:
    connection = await uow.session.connection()
    shop = await shop_page(connection, SLUG)
    for owner in (await owners_of(connection, shop.id))[:1] if shop else ():
        facts, key = {"seat": event.seat, "wish": event.wish}, f"cybercafe.seat_called:{event.call_id}"
        await notify(uow, to=owner, notice="cybercafe.seat_called", facts=facts, link="/sell", key=key)


class CounterScreen:
    async def deliver(self, site: Site, message: hooks.Message) -> None:
        await site.live.publish(SCREEN, {"subject": message.subject, "body": message.body})


@litestar.route(CALL, http_method=["GET", "POST"], **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def call_page(request: WebRequest, site: Given[Site]) -> Response[Any]:
    given, refused = None, None
    if request.method == "POST":
        try:
            await site.do(call_counter, await posted(request, Call))
            return see_other(request, CALL, N_("The counter has been called."))
        except Invalid as wrong:
            given, refused = await posted_raw(request), wrong
    form, title, status = form_state(request, Call, given, refused), N_("Call the counter"), 422 if refused else 200
    return await page(request, "form.html", status=status, page_title=title, form=form, action=CALL, submit="OK")


@litestar.get("/api/cybercafe/counter", **route("cybercafe.counter", summary="The next call, for the counter's screen"))
async def counter(site: Given[Site]) -> list[dict[str, str]]:
    """Waits for a call, at most 20 seconds; empty if there was none. The screen asks again at once."""
    async with site.live.subscribe(SCREEN) as watching:
        with anyio.move_on_after(20):
            return [update.value for update in await watching.next()]
    return []


async def load_cafe(site: Site) -> None:
    if (owner := await site.ask(person_id_by_email, "vendor@demo.kz")) is not None:
        shop = await ensure_shop(site, NewShop(name=CAFE, city="Atyrau"), owner=owner)
        for kind, title, price, own in (
            ("computer", "Час в общем зале", 700, Computer(zone="hall")),
            ("printing", "Печать A4", 30, Printing(paper="a4")),
        ):
            offer, name = Offer(title=title, price=Money(price * 100, "KZT")), f"cybercafe.{kind}"
            await ensure_listing(site, shop_id=shop, kind=name, offer=offer, attributes=own, owner=owner)


class CyberCafe(hooks.Plugin):
    info = hooks.PluginInfo(name="cybercafe", version="1.0", label=N_("Cyber café"), summary=N_("Computers, printing."))

    @hookimpl
    def mk_templates(self) -> tuple[hooks.Templates, ...]:
        return (hooks.Templates(locale=Path(__file__).parent / "locale"),)

    @hookimpl
    def mk_permissions(self) -> tuple[hooks.Permission, ...]:
        who = ("operator", "vendor")
        return (hooks.Permission(name="cybercafe.counter", label=N_("Watch the counter's screen"), roles=who),)

    @hookimpl
    def mk_routes(self) -> tuple[hooks.Routes, ...]:
        return (hooks.Routes(handlers=(call_page, counter)),)

    @hookimpl
    def mk_listing_kinds(self) -> tuple[ListingKind, ...]:
        return (
            ListingKind(name="cybercafe.computer", label=N_("Computer"), plural=N_("Computers"), attributes=Computer),
            ListingKind(name="cybercafe.printing", label=N_("Print"), plural=N_("Printing"), attributes=Printing),
        )

    @hookimpl
    def mk_notices(self) -> tuple[hooks.Notice, ...]:
        said = {"label": N_("A seat calls"), "subject": N_("Seat {seat} calls"), "body": N_("Seat {seat}: {wish}")}
        return (hooks.Notice(name="cybercafe.seat_called", channels=("in_app", "counter"), **said),)

    @hookimpl
    def mk_channels(self) -> tuple[hooks.Channel, ...]:
        return (hooks.Channel(name="counter", label=N_("The counter's screen"), address="", sender=CounterScreen()),)

    @hookimpl
    def mk_listeners(self) -> tuple[hooks.Listener, ...]:
        return (hooks.Listener(name="cybercafe.tell_counter", event=SeatCalled, handle=tell_counter),)

    @hookimpl
    def mk_samples(self) -> tuple[hooks.Sample, ...]:
        return (hooks.Sample(name="cybercafe.cafe", load=load_cafe, after=("shops.shops",)),)


plugin = CyberCafe()
