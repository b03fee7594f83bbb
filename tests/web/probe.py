"""A plugin that asks for every kind of input, so that the web floor's own refusals can be seen without any room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response
from typing_extensions import override

from marketplace_kit.kernel.errors import DomainError, Invalid
from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.hooks import Actor, NavItem, Plugin, PluginInfo, Routes, hookimpl
from marketplace_kit.kernel.outbox import job_table
from marketplace_kit.kernel.plugin import Nothing
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.web.bodies import posted, posted_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.identity import Identifier
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import PUBLIC, SIGNED_IN, route

PERSON = UUID(int=7)
SESSION = UUID(int=9)


class Booking(Form):
    """What is asked for."""

    pet: Annotated[str, Field("Pet's name", max_length=20)]
    weight: Annotated[int, Field("Weight", unit="g", min=1, max=100_000)]
    note: Annotated[str, Field("Note", max_length=500, long=True)] = ""


class Booked(msgspec.Struct):
    pet: str
    weight: int


async def book(uow: UnitOfWork, booking: Booking) -> Booked:
    """Leaves one job row behind, which is what the tests count."""
    uow.enqueue("kernel.tidy", Nothing())
    return Booked(booking.pet, booking.weight)


@post("/api/probe/bookings", **route(PUBLIC, body=Booking))
async def api_book(site: Given[Site], form: Given[Booking]) -> Booked:
    return await site.do(book, form)


@post("/api/probe/mine", **route(SIGNED_IN, body=Booking))
async def api_book_mine(site: Given[Site], form: Given[Booking]) -> Booked:
    return await site.do(book, form)


@get("/api/probe/items/{item_id:uuid}", **route(PUBLIC))
async def api_item(item_id: FromPath[UUID], limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20) -> Booked:
    return Booked(str(item_id), limit)


@get("/api/probe/shelf", **route(PUBLIC))
async def api_shelf(shelf: Annotated[UUID, QueryParameter(description="Which one.")]) -> Booked:
    return Booked(str(shelf), 1)


@get("/api/probe/broken", **route(PUBLIC))
async def api_broken() -> Booked:
    raise RuntimeError("a secret detail")


@get("/api/probe/secret", **route("probe.look"))
async def api_secret() -> Booked:
    return Booked("secret", 1)


@get("/probe/form", **route(PUBLIC))
async def form_page(request: WebRequest) -> Response[str]:
    return await _form(request)


@post("/probe/form", **route(PUBLIC))
async def form_post(request: WebRequest, site: Given[Site]) -> Response[Any]:
    try:
        booking = await posted(request, Booking)
    except Invalid as refused:
        return await _form(request, await posted_raw(request), refused)
    await site.do(book, booking)
    return see_other(request, "/probe/form", "It is booked.")


async def _form(request: WebRequest, values: Any = None, refused: Invalid | None = None) -> Response[str]:
    status = 422 if refused else 200
    form = form_state(request, Booking, values, refused)
    return await page(
        request, "form.html", status=status, page_title="Booking", form=form, action="/probe/form", submit="Book"
    )


@get("/probe/mine", **route(SIGNED_IN))
async def mine_page(request: WebRequest) -> Response[str]:
    return await page(
        request, "form.html", page_title="Mine", form=form_state(request, Booking), action="/probe/form", submit="Book"
    )


class Doorman:
    """Knows one cookie and one bearer token."""

    async def identify(self, site: Site, cookie: str | None, bearer: str | None) -> Actor | None:
        if cookie == "good-cookie" or bearer == "good-bearer":
            return Actor(person_id=PERSON, name="Aigerim", session_id=SESSION, locale="kk")
        return None


class Refused(DomainError):
    code = "refused_by_probe"


class Probe(Plugin):
    info = PluginInfo(name="probe", version="1", label="Probe", summary="For tests of the web floor.")

    @hookimpl
    @override
    def mk_permissions(self) -> Sequence[Any]:
        from marketplace_kit.kernel.hooks import Permission

        return (Permission(name="probe.look", label="Look"),)

    @hookimpl
    @override
    def mk_routes(self) -> Sequence[Routes]:
        return (
            Routes(
                handlers=(
                    api_book,
                    api_book_mine,
                    api_item,
                    api_shelf,
                    api_broken,
                    api_secret,
                    form_page,
                    form_post,
                    mine_page,
                )
            ),
        )

    @hookimpl
    @override
    def mk_nav_items(self, actor: Actor) -> Sequence[NavItem]:
        return (NavItem(slot="main", text="Probe", href="/probe/form"),)


async def count_bookings(site: Site) -> int:
    async def counted(connection: Any) -> int:
        query = sa.select(sa.func.count()).select_from(job_table).where(job_table.c.name == "kernel.tidy")
        return int((await connection.execute(query)).scalar_one())

    return await site.ask(counted)


__all__ = ["Doorman", "Identifier", "Probe", "count_bookings"]
