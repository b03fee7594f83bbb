"""The three ways to one order - its customer's, its shop's, a guest's link - and what all of them can do there.

A way says who may come in, how the order is found and where it leads; the handlers are declared once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import attrs
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.orders.domain import CUSTOMER
from marketplace_kit.orders.pages import wishing
from marketplace_kit.orders.pages.acting import cancel_page, do_again, do_cancel, do_verb
from marketplace_kit.orders.pages.asking import verb_page
from marketplace_kit.orders.pages.showing import order_page, unlisted
from marketplace_kit.orders.schemas import ChangeAnswer, ChangeWish, OrderView
from marketplace_kit.orders.services import link_topic, order_topic
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.routing import route

Find = Callable[[WebRequest, Site, Actor, str], Awaitable[OrderView]]


@attrs.frozen(kw_only=True)
class Door:
    """One way to orders. ``path`` is the page that lists them, or the stem of a link; ``see`` and ``work`` are the
    permissions to look and to act; ``side`` is what whoever comes this way is to the order. ``find`` answers the order
    of a key, or refuses; by a ``secret`` key the order is looked after by whoever holds it.
    """

    path: str
    see: str
    work: str
    side: str
    find: Find
    nav_slot: str = ""
    back: tuple[str, str] = ("", "")
    secret: bool = False

    def base(self, order: OrderView, key: str) -> str:
        """The order's own page."""
        return f"{self.path}/{key if self.secret else order.number}"

    def token(self, key: str) -> str:
        return key if self.secret else ""

    def shown(self, response: Response[Any]) -> Response[Any]:
        return unlisted(response) if self.secret else response


def handlers_of(door: Door) -> tuple[Any, ...]:
    """The order's page, each verb of its lines, cancelling the whole, and, for its customer, the same once more."""
    page_of = f"{door.path}/{{key:str}}"
    verb_of = f"{page_of}/lines/{{line_id:uuid}}/{{verb:str}}"

    @get(page_of, **route(door.see), include_in_schema=False)
    async def one_order(
        request: WebRequest, site: Given[Site], actor: Given[Actor], key: FromPath[str]
    ) -> Response[Any]:
        order = await door.find(request, site, actor, key)
        base = door.base(order, key)
        topic = await site.ask(link_topic, site, key, order.id) if door.secret else order_topic(order.id)
        again = f"{base}/again" if door.side == CUSTOMER else ""
        return door.shown(
            await order_page(
                request, site, order, base=base, again=again, nav_slot=door.nav_slot, back=door.back, topic=topic
            )
        )

    @get(verb_of, **route(door.work), include_in_schema=False)
    async def ask_verb(
        request: WebRequest,
        site: Given[Site],
        actor: Given[Actor],
        key: FromPath[str],
        line_id: FromPath[UUID],
        verb: FromPath[str],
    ) -> Response[Any]:
        order = await door.find(request, site, actor, key)
        base = door.base(order, key)
        return door.shown(await verb_page(request, site, order, line_id, verb, base=base, nav_slot=door.nav_slot))

    @post(verb_of, **route(door.work), include_in_schema=False, status_code=200)
    async def act(
        request: WebRequest,
        site: Given[Site],
        actor: Given[Actor],
        key: FromPath[str],
        line_id: FromPath[UUID],
        verb: FromPath[str],
    ) -> Response[Any]:
        async def load() -> OrderView:
            return await door.find(request, site, actor, key)

        base = door.base(await load(), key)
        asked = {"base": base, "nav_slot": door.nav_slot, "side": door.side, "token": door.token(key)}
        return door.shown(await do_verb(request, site, actor, load, line_id, verb, **asked))

    @get(f"{page_of}/cancel", **route(door.work), include_in_schema=False)
    async def ask_cancel(
        request: WebRequest, site: Given[Site], actor: Given[Actor], key: FromPath[str]
    ) -> Response[Any]:
        order = await door.find(request, site, actor, key)
        return door.shown(await cancel_page(request, order, base=door.base(order, key), nav_slot=door.nav_slot))

    @post(f"{page_of}/cancel", **route(door.work), include_in_schema=False, status_code=200)
    async def cancel(request: WebRequest, site: Given[Site], actor: Given[Actor], key: FromPath[str]) -> Response[Any]:
        order = await door.find(request, site, actor, key)
        asked = {"nav_slot": door.nav_slot, "side": door.side, "token": door.token(key)}
        return door.shown(await do_cancel(request, site, actor, order, base=door.base(order, key), **asked))

    @post(f"{page_of}/again", **route(door.see), include_in_schema=False, status_code=200)
    async def again(request: WebRequest, site: Given[Site], actor: Given[Actor], key: FromPath[str]) -> Response[Any]:
        order = await door.find(request, site, actor, key)
        visitor = visit_of(request).visitor
        return await do_again(request, site, actor, order, base=door.base(order, key), visitor=visitor)

    common: tuple[Any, ...] = (one_order, ask_verb, act, ask_cancel, cancel)
    if door.side == CUSTOMER:
        return (*common, again, *_asking(door, page_of))
    return (*common, *_answering(door, page_of))


def _asking(door: Door, page_of: str) -> tuple[Any, ...]:
    """A customer asks for a change, and takes that back."""

    @get(f"{page_of}/change", **route(door.work), include_in_schema=False)
    async def ask_change(
        request: WebRequest, site: Given[Site], actor: Given[Actor], key: FromPath[str]
    ) -> Response[Any]:
        order = await door.find(request, site, actor, key)
        base = door.base(order, key)
        asked: dict[str, Any] = {"action": f"{base}/change", "base": base, "nav_slot": door.nav_slot}
        return door.shown(await wishing.change_page(request, order, ChangeWish, **asked))

    @post(f"{page_of}/change", **route(door.work), include_in_schema=False, status_code=200)
    async def change(request: WebRequest, site: Given[Site], actor: Given[Actor], key: FromPath[str]) -> Response[Any]:
        order = await door.find(request, site, actor, key)
        asked = {"nav_slot": door.nav_slot, "token": door.token(key)}
        return door.shown(await wishing.do_ask(request, site, actor, order, base=door.base(order, key), **asked))

    @post(
        f"{page_of}/change/{{request_id:uuid}}/withdraw", **route(door.work), include_in_schema=False, status_code=200
    )
    async def withdraw(
        request: WebRequest, site: Given[Site], actor: Given[Actor], key: FromPath[str], request_id: FromPath[UUID]
    ) -> Response[Any]:
        order = await door.find(request, site, actor, key)
        asked = {"base": door.base(order, key), "token": door.token(key)}
        return door.shown(await wishing.do_withdraw(request, site, actor, order, request_id, **asked))

    return ask_change, change, withdraw


def _answering(door: Door, page_of: str) -> tuple[Any, ...]:
    """The shop answers who asked for a change."""
    one_of = f"{page_of}/change/{{request_id:uuid}}"

    @get(one_of, **route(door.work), include_in_schema=False)
    async def see_change(
        request: WebRequest, site: Given[Site], actor: Given[Actor], key: FromPath[str], request_id: FromPath[UUID]
    ) -> Response[Any]:
        order = await door.find(request, site, actor, key)
        base, about = door.base(order, key), wishing.request_of(order, request_id)
        asked: dict[str, Any] = {"action": f"{base}/change/{request_id}", "base": base, "nav_slot": door.nav_slot}
        return await wishing.change_page(request, order, ChangeAnswer, about=about, **asked)

    @post(one_of, **route(door.work), include_in_schema=False, status_code=200)
    async def answer_change(
        request: WebRequest, site: Given[Site], actor: Given[Actor], key: FromPath[str], request_id: FromPath[UUID]
    ) -> Response[Any]:
        order = await door.find(request, site, actor, key)
        asked = {"base": door.base(order, key), "nav_slot": door.nav_slot}
        return await wishing.do_answer(request, site, actor, order, request_id, **asked)

    return see_change, answer_change
