"""A shop's clients: looking for one, filtering, taking them away as a sheet, writing a new one down."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import QueryParameter
from litestar.response import Response

from marketplace_kit.crm import queries, services
from marketplace_kit.crm.domain import EXPORT, KEEP, LOST, NEW, REGULAR, SEE, ClientExists
from marketplace_kit.crm.pages.shown import LIST, as_problem, client_form, shown_row, with_choices
from marketplace_kit.crm.schemas import Narrowed, NewClient
from marketplace_kit.crm.services.asking import BIRTHDAY, BLOCKED, FOLLOW_UP, MISSED, reader_of, wanted_of
from marketplace_kit.kernel.errors import Forbidden, Invalid, Missing
from marketplace_kit.kernel.fields import Choice, fields_of, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.queries.diary import next_to_work
from marketplace_kit.shops.schemas import OwnShop
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import FormState, form_state
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route

ShopText = Annotated[str, QueryParameter(name="shop", max_length=60, required=False)]
SearchText = Annotated[str, QueryParameter(name="q", max_length=100, required=False)]
TagText = Annotated[str, QueryParameter(name="tag", max_length=60, required=False)]
ShowText = Annotated[str, QueryParameter(name="show", max_length=20, required=False)]
PAGE_OF = 20
FILTERS = (
    ("", N_("All")),
    (NEW, N_("New clients")),
    (REGULAR, N_("Regular clients")),
    (LOST, N_("Lost clients")),
    (MISSED, N_("With missed visits")),
    (BLOCKED, N_("Blacklist")),
    (BIRTHDAY, N_("Birthday within 7 days")),
    (FOLLOW_UP, N_("To be thought of")),
)


def address(**asked: str) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return f"{LIST}?{urlencode(kept)}" if kept else LIST


async def _chosen(site: Site, actor: Actor, shop: str) -> tuple[list[OwnShop], OwnShop | None]:
    mine = await services.shops_of(site, actor)
    first = mine[0] if mine else None
    if not shop and len(mine) > 1:
        now = int(site.clock.now().timestamp())
        busy = await site.ask(next_to_work, [one.id for one in mine], now)
        first = next((one for one in mine if one.id == busy), first)
    return mine, next((one for one in mine if str(one.id) == shop), first)


def narrowed(request: WebRequest) -> tuple[dict[str, str], Narrowed, Invalid | None]:
    """What the address says of what they had, as it was typed and as it is meant; nonsense narrows nothing."""
    names = [field.name for field in fields_of(Narrowed)]
    raw = {name: request.query_params[name][:60] for name in names if request.query_params.get(name)}
    try:
        return raw, parse(Narrowed, raw, "form"), None
    except Invalid as wrong:
        return raw, Narrowed(), wrong


async def narrowing_form(
    request: WebRequest, site: Site, shop_id: UUID, raw: dict[str, str], problem: Invalid | None
) -> FormState:
    """The form of it, with those who serve clients here and what the shop offers."""
    staff = await site.ask(queries.staff_of_shop, shop_id)
    offered = await site.ask(queries.services_of_shop, shop_id, visit_of(request).locale)
    anybody, anything = Choice("", N_("No matter who")), Choice("", N_("No matter what"))
    return with_choices(
        form_state(request, Narrowed, raw, problem),
        staff=(anybody, *(Choice(str(number), name) for number, name in staff)),
        service=(anything, *(Choice(str(id_), title) for id_, title in offered)),
    )


@get(LIST, **route(SEE), include_in_schema=False)
async def list_page(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    shop: ShopText = "",
    q: SearchText = "",
    tag: TagText = "",
    show: ShowText = "",
    cursor: CursorText = None,
) -> Response[str]:
    """Context: shops ((OwnShop, href, chosen)), shop (an OwnShop or none), filters ((label, href, chosen)), rows
    ((ClientRow, state, phone)), tags ((tag, href, chosen)), search, next_href, first_href, filtered, asked
    ((name, value)), new_href,
    export_href (empty where somebody may not), had (the form that narrows by what they had), narrowed, plain_href,
    kept.
    """
    mine, here = await _chosen(site, actor, shop)
    context: dict[str, Any] = {"rows": [], "filters": [], "tags": []}
    raw: dict[str, str] = {}
    context |= dict.fromkeys(("next_href", "first_href", "new_href", "export_href"), "")
    if here is not None:
        reader = await reader_of(site, actor, here.id)
        raw, had, problem = narrowed(request)
        wanted = wanted_of(site, here.id, contacts=reader.contacts, q=q, tag=tag, show=show, had=had)
        found = await site.ask(queries.clients_of, wanted, cursor=cursor, limit=PAGE_OF)
        used = await site.ask(queries.tags_of_shop, here.id)
        asked = {"shop": shop, "q": q, "tag": tag, "show": show, **raw}
        context = {
            "had": await narrowing_form(request, site, here.id, raw, problem),
            "narrowed": bool(raw),
            "plain_href": address(shop=shop, q=q, tag=tag, show=show),
            "rows": [shown_row(row) for row in found.items],
            "filters": [
                (label, address(**asked | {"show": name}), show == name and not (name == "" and tag))
                for name, label in FILTERS
            ],
            "tags": [(one, address(**asked | {"tag": "" if one == tag else one}), one == tag) for one in used],
            "next_href": address(**asked, cursor=found.next) if found.next else "",
            "first_href": address(**asked) if cursor else "",
            "new_href": f"{LIST}/new?shop={here.id}"
            if reader.contacts and services.holds(site, reader.roles, KEEP)
            else "",
            "export_href": address(**asked | {"shop": str(here.id)}).replace(LIST, f"{LIST}/export.csv", 1)
            if services.holds(site, reader.roles, EXPORT)
            else "",
        }
    return await page(
        request,
        "crm/list.html",
        page_title=N_("Clients"),
        nav_slot="vendor",
        shops=[(one, address(shop=str(one.id)), one is here) for one in mine],
        shop=here,
        search=q,
        filtered=bool(q or tag or show or raw),
        clear_href=address(shop=shop),
        asked=(("shop", shop), ("show", show), ("tag", tag), *raw.items()),
        kept=(("shop", shop), ("q", q), ("show", show), ("tag", tag)),
        **context,
    )


@get(f"{LIST}/export.csv", **route(EXPORT), include_in_schema=False)
async def export_file(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    shop: ShopText = "",
    q: SearchText = "",
    tag: TagText = "",
    show: ShowText = "",
) -> Response[str]:
    """What the list shows, as a sheet. In the audit trail."""
    _, here = await _chosen(site, actor, shop)
    if here is None or (shop and str(here.id) != shop):
        raise Missing
    had = narrowed(request)[1]
    wanted = wanted_of(site, here.id, contacts=False, q=q, tag=tag, show=show, had=had)
    text = await services.export_clients(site, wanted, by=actor)
    return Response(text, media_type=services.CSV, headers=services.CSV_HEADERS)


@get(f"{LIST}/new", **route(KEEP), include_in_schema=False)
async def new_page(request: WebRequest, site: Given[Site], actor: Given[Actor], shop: ShopText = "") -> Response[str]:
    return await _new_page(request, site, await _shop_to_keep(site, actor, shop))


async def _shop_to_keep(site: Site, actor: Actor, shop: str) -> UUID:
    _, here = await _chosen(site, actor, shop)
    if here is None or (shop and str(here.id) != shop):
        raise Missing
    reader = await reader_of(site, actor, here.id)
    if not reader.contacts:
        raise Forbidden
    return here.id


async def _new_page(
    request: WebRequest,
    site: Site,
    shop_id: UUID,
    raw: Any = None,
    refused: Invalid | None = None,
    *,
    status: int = 422,
    exists: str = "",
) -> Response[str]:
    """Context: form, action, submit, back, exists (the address of the card that has the phone)."""
    return await page(
        request,
        "crm/form.html",
        status=status if refused else 200,
        page_title=N_("New client"),
        nav_slot="vendor",
        form=await client_form(request, site, NewClient, shop_id, raw, refused),
        action=f"{LIST}/new?shop={shop_id}",
        submit=N_("Save"),
        back=address(shop=str(shop_id)),
        about="",
        hidden={},
        intro="",
        exists=exists,
    )


@post(f"{LIST}/new", **route(KEEP), include_in_schema=False, status_code=200)
async def add(request: WebRequest, site: Given[Site], actor: Given[Actor], shop: ShopText = "") -> Response[Any]:
    shop_id = await _shop_to_keep(site, actor, shop)
    raw = await posted_raw(request)
    try:
        made = await site.do(services.add_client, shop_id, parse(NewClient, raw, "form"), by=actor)
    except Invalid as refused:
        return await _new_page(request, site, shop_id, raw, refused)
    except ClientExists as refused:
        exists = f"{LIST}/{refused.facts['client_id']}"
        return await _new_page(request, site, shop_id, raw, as_problem(refused, "phone"), status=409, exists=exists)
    return see_other(request, f"{LIST}/{made.id}", N_("The client is written down."))


handlers = (list_page, export_file, new_page, add)
