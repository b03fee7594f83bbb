"""Why something of a shop cannot be booked, each with the page where that is put right."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.pages.shown import Showing
from marketplace_kit.scheduling.queries import diary
from marketplace_kit.shops.domain import OPEN
from marketplace_kit.shops.queries import opening_of, shop_by_id

Problem = tuple[str, str, str]
LOOKED_AHEAD_DAYS = 14


async def problems_of(site: Site, shop_id: UUID, showing: Showing) -> list[Problem]:
    """(what is wrong, where to mend it, the link's words), most general first. A constant number of statements."""
    say, found = showing.say, []
    shop = await site.ask(shop_by_id, shop_id, admin=True)
    if shop is not None and shop.state != OPEN:
        text = say(N_("The shop takes no bookings: it is not open."))
        found.append((text, f"/sell/shop/{shop_id}/setup", say(N_("Setting up the shop"))))
    if shop is not None and not shop.tax_id:
        text = say(N_("Without an IIN or BIN nobody can book online"))
        found.append((text, f"/sell/shop/{shop_id}/profile", say(N_("Name and texts"))))
    today = showing.now.date()
    opening = await site.ask(opening_of, shop_id, today - timedelta(days=2))
    if opening is not None and not opening[0].spans(today, LOOKED_AHEAD_DAYS):
        text = say(N_("The shop has no opening hours in the next two weeks."))
        return [*found, (text, f"/sell/shop/{shop_id}/hours", say(N_("Opening hours")))]
    windows = await site.ask(diary.working_windows, shop_id, today, LOOKED_AHEAD_DAYS)
    known = await site.ask(diary.resources_of, shop_id)
    for one in known:
        if not windows.get(one.id):
            text = say(N_("%(name)s has no working hours in the next two weeks."), name=one.name)
            found.append((text, f"/sell/shop/{shop_id}/staff/{one.id}", say(N_("Hours of the week"))))
    for title, listing_id in await site.ask(diary.unperformed, shop_id, showing.locale):
        text = say(N_("Nobody who works now does “%(service)s”."), service=title)
        found.append((text, f"/sell/listings/{listing_id}/booking", say(N_("How it is booked"))))
    return found
