"""What this room adds to other pages: entries of menus, the way from a listing to its times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marketplace_kit.kernel.hooks import Actor, NavItem, Panel
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.schemas.kinds import SERVICE


def nav_items(actor: Actor) -> Sequence[NavItem]:
    """One's own appointments; today and the calendar, for those who sell."""
    own = NavItem(slot="account", text=N_("My calendar"), href="/account/calendar", icon="calendar", order=15)
    if not actor.may("listings.create"):
        return (own,) if actor.signed_in else ()
    return (
        own,
        NavItem(slot="vendor", text=N_("Today"), href="/sell/today", icon="sun", order=4),
        NavItem(slot="vendor", text=N_("Calendar"), href="/sell/calendar", icon="calendar-check", order=6),
        NavItem(slot="vendor", text=N_("Staff and hours"), href="/sell/staff", icon="people", order=20),
    )


def panels(slot: str, snapshot: Mapping[str, Any]) -> Sequence[Panel]:
    """On the page of a listing that takes a time: the button, and for its shop how it is booked; on a shop's page those
    who work there.
    """
    if slot == "shop_after":
        return (
            Panel(
                template="scheduling/team_panel.html", context={"href": f"/shops/{snapshot['slug']}/staff"}, order=40
            ),
        )
    if slot == "booking.choices":
        if snapshot["kind"] != SERVICE or snapshot.get(
            "home_visit"
        ):  # one that asks for more than a start cannot be offered by itself
            return ()
        context = {"href": f"/book/{snapshot['listing_id']}/wait"}
        return (Panel(template="scheduling/wait_link.html", context=context, order=900),)
    if slot != "listing_actions" or not hasattr(getattr(snapshot.get("line_kind"), "capacity", None), "measure"):
        return ()
    context = {
        "href": f"/book/{snapshot['listing_id']}" if snapshot["state"] == "published" else "",
        "edit_href": f"/sell/listings/{snapshot['listing_id']}/booking" if snapshot["may_edit"] else "",
    }
    return (Panel(template="scheduling/book_button.html", context=context, order=10),)
