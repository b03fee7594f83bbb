"""The vendor's calendar: a day by those who work, a week, a list; one appointment; who waits for an answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.domain import NobodyToRemind, RemindedAlready
from marketplace_kit.scheduling.domain.windows import day_bounds
from marketplace_kit.scheduling.pages.grid import Column, Item, rows_of
from marketplace_kit.scheduling.pages.selling import ShopChoice, desk, staffed_shop
from marketplace_kit.scheduling.pages.shown import ORDER_PAGE, Showing, Shown, ShownBlock, waiting_states, ways_to
from marketplace_kit.scheduling.pages.wording import said_day, tight_day
from marketplace_kit.scheduling.queries import diary as queries
from marketplace_kit.scheduling.queries.travelling import place_of
from marketplace_kit.scheduling.services.desk import reached_by, titles_of
from marketplace_kit.scheduling.services.directing import directed, may_know
from marketplace_kit.scheduling.services.purse import paid_marks
from marketplace_kit.scheduling.services.reminding import remind_now
from marketplace_kit.scheduling.services.series import occurrences
from marketplace_kit.shops.schemas import ShopView
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import SIGNED_IN, route

Day = Annotated[str, QueryParameter(name="date", max_length=10, required=False)]
Staff = Annotated[str, QueryParameter(name="staff", max_length=20, required=False)]
View = Annotated[str, QueryParameter(name="view", max_length=10, required=False)]
DAY, WEEK, LIST = "day", "week", "list"
VIEWS = {DAY: (N_("Day"), 1), WEEK: (N_("Week"), 7), LIST: (N_("List"), 14)}
UNASSIGNED = 0


@attrs.frozen(kw_only=True)
class Bar:
    """What leads from one view of the calendar to the next."""

    name: str
    title: str
    date: str
    previous: str
    next: str
    today: str
    hidden: Sequence[tuple[str, str]]
    views: Sequence[tuple[str, str, str]]


@attrs.frozen(kw_only=True)
class Asked:
    """What the address of a calendar asks for."""

    shop: ShopView
    view: str
    day: date
    staff: str
    today: date

    def href(self, **other: str) -> str:
        known = {"shop": str(self.shop.id), "view": self.view, "date": self.day.isoformat(), "staff": self.staff}
        return f"/sell/calendar?{urlencode({k: v for k, v in (known | other).items() if v})}"

    @property
    def days(self) -> int:
        return VIEWS[self.view][1]

    @property
    def first(self) -> date:
        return self.day - timedelta(days=self.day.weekday()) if self.view == WEEK else self.day

    @property
    def bounds(self) -> tuple[int, int]:
        last = self.first + timedelta(days=self.days - 1)
        return day_bounds(self.shop.zone, self.first)[0], day_bounds(self.shop.zone, last)[1]


def read_day(text: str, today: date) -> date:
    """The date of an address; today for none and for nonsense."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return today
    return found if abs((found - today).days) <= 3660 else today


def bar_of(asked: Asked, showing: Showing) -> Bar:
    last = asked.first + timedelta(days=asked.days - 1)
    title = said_day(asked.first, showing.locale, today=asked.today)
    if asked.days > 1:
        title = f"{title} – {said_day(last, showing.locale, today=asked.today)}"
    step = timedelta(days=asked.days)
    return Bar(
        name=asked.view,
        title=title,
        date=asked.day.isoformat(),
        previous=asked.href(date=(asked.first - step).isoformat()),
        next=asked.href(date=(asked.first + step).isoformat()),
        today=asked.href(date=asked.today.isoformat()),
        hidden=[(k, v) for k, v in (("shop", str(asked.shop.id)), ("view", asked.view), ("staff", asked.staff)) if v],
        views=[(name, showing.say(text), asked.href(view=name)) for name, (text, _) in VIEWS.items()],
    )


def calendar_href(shop_id: UUID, day: str) -> str:
    """The day of a shop's calendar."""
    return f"/sell/calendar?{urlencode({'shop': str(shop_id), 'date': day})}"


def topic_of(shop_id: UUID) -> str:
    """The live topic of a shop's calendar."""
    return f"shop:{shop_id}:calendar"


@get("/sell/calendar", **route(SIGNED_IN), include_in_schema=False)
async def calendar_page(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    shop: ShopChoice = "",
    day: Day = "",
    view: View = "",
    staff: Staff = "",
) -> Response[Any]:
    """Context: see the template. Slot ``calendar_after``? None: the booking's own page has ``booking.panel``."""
    locale = visit_of(request).locale
    at = await desk(site, actor, shop, locale)
    if at is None:
        return see_other(request, "/sell/shop/new", N_("First open a shop."), tone="info")
    today = site.clock.now().astimezone(ZoneInfo(at.shop.zone)).date()
    asked = Asked(shop=at.shop, view=view if view in VIEWS else DAY, day=read_day(day, today), staff=staff, today=today)
    known = await site.ask(queries.journal, at.shop.id, *asked.bounds)
    names = {r.id: r.name for r in known.resources}
    now_s = int(site.clock.now().timestamp())
    waiting = await site.ask(queries.visits_waiting, [at.shop.id], waiting_states(site), now_s)
    orders = {v.order_id for v in (*known.visits, *waiting)}
    paid, titles = (
        await paid_marks(site, orders, locale),
        await titles_of(site, [v.id for v in (*known.visits, *waiting)]),
    )
    showing = Showing(request, site, at.shop.zone, names, paid, titles)
    visits = [showing.visit(v) for v in known.visits]
    blocks = [showing.block(b) for b in known.blocks]
    chosen = [r for r in known.resources if r.works and staff in ("", str(r.id))]
    shown: list[Shown | ShownBlock] = sorted(
        [v for v in visits if not v.cancelled and staff in ("", str(v.staff_id))]
        + [b for b in blocks if staff in ("", str(b.staff_id))],
        key=lambda one: (one.from_s, one.to_s),
    )
    context = await _drawn(site, asked, showing, chosen, shown)
    walk_in = f"/sell/calendar/guest?{urlencode({'shop': str(at.shop.id), 'date': asked.day.isoformat()})}"
    return await page(
        request,
        "scheduling/calendar.html",
        page_title=N_("Calendar"),
        shop=at.shop,
        shops=at.shops,
        view=bar_of(asked, showing),
        waiting=[showing.visit(v, acts="answers") for v in waiting],
        walk_in_href=walk_in,
        break_href=walk_in.replace("/guest?", "/break?"),
        topic=topic_of(at.shop.id),
        refresh_href=asked.href(),
        has_staff=any(r.works for r in known.resources),
        staff=[(showing.say(N_("All")), asked.href(staff=""), staff == "")]
        + [(r.name, asked.href(staff=str(r.id)), staff == str(r.id)) for r in known.resources if r.works],
        **context,
    )


async def _drawn(
    site: Site, asked: Asked, showing: Showing, chosen: Sequence[Any], shown: Sequence[Shown | ShownBlock]
) -> dict[str, Any]:
    """What the chosen view draws; the others get nothing."""
    nothing: dict[str, Any] = {"rows": [], "columns": [], "agenda": [], "week": [], "days": [], "listed": []}
    if asked.view == DAY:
        return nothing | await _day(site, asked, showing, chosen, shown)
    if asked.view == WEEK:
        return nothing | _week(asked, showing, chosen, shown)
    listed: dict[str, list[Shown | ShownBlock]] = {}
    for one in shown:
        listed.setdefault(one.day, []).append(one)
    return nothing | {"listed": list(listed.items())}


async def _day(
    site: Site, asked: Asked, showing: Showing, chosen: Sequence[Any], shown: Sequence[Shown | ShownBlock]
) -> dict[str, Any]:
    windows = await site.ask(queries.working_windows, asked.shop.id, asked.day, 1)
    from_s, to_s = asked.bounds
    here = {
        r.id: [(max(a, from_s), min(b, to_s + 12 * 3600)) for a, b in windows.get(r.id, ()) if a < to_s and b > from_s]
        for r in chosen
    }
    columns = [
        Column(
            key=str(r.id),
            name=r.name,
            windows=here[r.id],
            items=[Item(from_s=s.from_s, to_s=s.to_s, shown=s) for s in shown if s.staff_id == r.id],
        )
        for r in chosen
    ]
    known = {r.id for r in chosen}
    left = [Item(from_s=s.from_s, to_s=s.to_s, shown=s) for s in shown if s.staff_id not in known]
    if left:
        columns.append(Column(key="", name=showing.say(N_("Others")), windows=(), items=left))
    columns = [c for c in columns if c.windows or c.items] if any(c.windows or c.items for c in columns) else []
    return {"rows": rows_of(columns, showing.zone), "columns": [c.name for c in columns], "agenda": shown}


def _week(asked: Asked, showing: Showing, chosen: Sequence[Any], shown: Sequence[Shown | ShownBlock]) -> dict[str, Any]:
    days = [asked.first + timedelta(days=n) for n in range(7)]
    rows: list[tuple[str, int | None]] = [(r.name, r.id) for r in chosen]
    known = {r.id for r in chosen}
    if any(s.staff_id not in known for s in shown):
        rows.append((showing.say(N_("Others")), None))

    def belongs(one: Shown | ShownBlock, resource_id: int | None, day: date) -> bool:
        whose = one.staff_id == resource_id if resource_id is not None else one.staff_id not in known
        return whose and showing.local(one.from_s).date() == day

    return {
        "days": [(tight_day(d, showing.locale), asked.href(view=DAY, date=d.isoformat())) for d in days],
        "week": [(name, [[s for s in shown if belongs(s, rid, d)] for d in days]) for name, rid in rows],
    }


@get("/sell/calendar/{appointment_id:uuid}", **route(SIGNED_IN), include_in_schema=False)
async def visit_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID]
) -> Response[str]:
    """Context: see the template. Slot ``booking.panel`` gets ``appointment_id, line_id, order_id, shop_id, listing_id,
    kind, state, subject, person_id``.
    """
    locale = visit_of(request).locale
    found = await site.ask(queries.one_visit, appointment_id)
    if found is None:
        raise Missing
    shop = await staffed_shop(site, actor, found.shop_id, locale)
    names = {r.id: r.name for r in await site.ask(queries.resources_of, shop.id)}
    paid, before = await paid_marks(site, [found.order_id], locale), await site.ask(queries.last_visits, found)
    reached = await site.ask(reached_by, site, found.order_id, found.id)
    titles = await titles_of(site, [found.id, *(v.id for v in before)])
    showing = Showing(request, site, shop.zone, names, paid, titles)
    shown = showing.visit(found, acts="all", facts=reached.facts)
    money = paid.get(found.order_id)
    say = showing.say
    facts = [
        (say(N_("What")), shown.title),
        (say(N_("When")), f"{shown.day}, {shown.at}–{shown.until}"),
        (say(N_("With whom")), shown.staff),
        (say(N_("Booking number")), reached.number),
        (say(N_("Came by")), shown.origin),
        (
            say(N_("Ready at about")),
            f"{showing.local(found.eta_s):%H:%M}" if found.eta_s and found.effect == "keeps" else "",
        ),
        (say(N_("Note")), found.note),
        (say(N_("Payment")), money.text if money else ""),
    ]
    place = await site.ask(place_of, found.id)
    knows = place is not None and may_know(site.clock.now(), found.zone, found.starts_s, found.effect)
    if place is not None:
        facts += [(say(N_("Part of the town")), place.area)]
        facts += [(say(N_("Where")), place.address), (say(N_("Entrance")), place.entrance)] if knows else []
    return await page(
        request,
        "scheduling/visit.html",
        page_title=shown.customer,
        shop=shop,
        shown=shown,
        facts=[(label, text) for label, text in facts if text],
        acts=shown.acts,
        remind_href=f"/sell/calendar/{found.id}/remind" if _ahead(site, found, shown) else "",
        ways=ways_to(found.phone),
        pay_href=money.pay_path if money else "",
        directions=directed(place) if place is not None and knows else None,
        hidden_address=place is not None and not knows and found.effect == "keeps",
        order_href=ORDER_PAGE.format(order_id=found.order_id),
        repeat_href=f"/sell/calendar/guest?{urlencode({'shop': str(shop.id), 'again': str(found.id)})}",
        follows=len(await site.ask(occurrences, found.id)),
        series_href=f"/sell/calendar/{found.id}/series",
        before=[showing.visit(v) for v in before],
        back_href=calendar_href(shop.id, showing.local(found.starts_s).date().isoformat()),
        topic=topic_of(shop.id),
        snapshot={
            "appointment_id": found.id,
            "line_id": found.id,
            "order_id": found.order_id,
            "shop_id": shop.id,
            "listing_id": found.listing_id,
            "kind": found.kind,
            "state": found.state,
            "subject": found.subject,
            "person_id": found.person_id,
        },
    )


def _ahead(site: Site, found: queries.Visit, shown: Shown) -> bool:
    """It takes place, and has not begun: somebody can be reminded of it."""
    return shown.state.stage is Stage.ACCEPTED and found.starts_s > site.clock.now().timestamp()


REMINDED = N_("A reminder is on its way to the customer.")


@post("/sell/calendar/{appointment_id:uuid}/remind", **route(SIGNED_IN), include_in_schema=False, status_code=200)
async def remind(
    request: WebRequest, site: Given[Site], actor: Given[Actor], appointment_id: FromPath[UUID]
) -> Response[Any]:
    here = f"/sell/calendar/{appointment_id}"
    try:
        await site.do(remind_now, appointment_id, by=actor)
    except (RemindedAlready, NobodyToRemind) as refused:
        return see_other(request, here, refused.text, tone="warn")
    return see_other(request, here, REMINDED)


async def may_watch(site: Site, actor: Actor, places: Any) -> bool:
    """Whoever works for the shop hears that its calendar changed."""
    try:
        return UUID(places["shop_id"]) in actor.shops or "admin" in actor.roles
    except ValueError:
        return False


handlers = (calendar_page, visit_page, remind)
