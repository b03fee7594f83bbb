"""The words of the notices about appointments, and the facts that fill them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from marketplace_kit.kernel.hooks import Notice
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.scheduling.queries.following import Followed
from marketplace_kit.scheduling.services.desk import Reached, called
from marketplace_kit.web.formats import day

TO_PAY, TIME_FREE = "scheduling.to_pay", "scheduling.time_free"
WAIT_JOINED = "scheduling.wait_joined"
REQUESTED, CONFIRMED, MOVED = "scheduling.requested", "scheduling.confirmed", "scheduling.moved"
PROPOSED, DECLINED, CANCELLED = "scheduling.proposed", "scheduling.declined", "scheduling.cancelled"
EXPIRED, DELAYED, COMPLETED = "scheduling.expired", "scheduling.delayed", "scheduling.completed"
ON_THE_WAY = "scheduling.on_the_way"
MISSED, REMINDER = "scheduling.missed", "scheduling.reminder"
SHOP_REQUESTED, SHOP_BOOKED = "scheduling.shop_requested", "scheduling.shop_booked"
SHOP_MOVED, SHOP_CANCELLED = "scheduling.shop_moved", "scheduling.shop_cancelled"
SHOP_EXPIRED, CHECKED_IN = "scheduling.shop_expired", "scheduling.checked_in"
SHOP_CLOCK = "scheduling.shop_clock"

WITH_INVITE = frozenset({CONFIRMED, MOVED, CANCELLED, DECLINED})
"""What changes the customer's own calendar."""
BOTH_WAYS = frozenset({TO_PAY, REQUESTED, CONFIRMED, MOVED, DECLINED, CANCELLED})
"""What a guest hears on the telephone and by mail, where both are known."""

_SAMPLE = {
    "title": "Шаш қию",
    "number": "4XK2M7QT",
    "shop": "Айгерім",
    "when": "15.04.2027, 16:00 (Атырау)",
    "where": "Айгерім, Атырау, Сатпаев көшесі 15",
    "staff": "Дина",
    "directions": "",
    "phone": "+7 701 234 56 78",
    "reason": "…",
    "proposed": "16.04.2027, 11:00 (Атырау)",
    "eta": "16:20",
    "summary": "…",
    "customer": "Ерлан",
    "until": "14:20",
    "count": "2",
}


def _notice(name: str, label: str, subject: str, body: str, *, urgent: bool = False) -> Notice:
    return Notice(
        name=name, label=label, subject=subject, body=body, urgent=urgent, category="services", sample=_SAMPLE
    )


NOTICES = (
    _notice(
        REQUESTED,
        N_("My request for an appointment"),
        N_("{shop} has your request: {when}"),
        N_("You asked for “{title}” on {when}. {shop} will confirm it or propose another time. Booking {number}."),
        urgent=True,
    ),
    _notice(
        TO_PAY,
        N_("A time is kept for me until it is paid"),
        N_("Please pay: {title}, {when}"),
        N_("“{title}” at {shop} on {when} is kept for you. It is confirmed as soon as it is paid."),
        urgent=True,
    ),
    _notice(
        CONFIRMED,
        N_("My appointment is confirmed"),
        N_("Confirmed: {title}, {when}"),
        N_("“{title}” on {when}.\n{where}\n{directions}\nBooking {number}."),
        urgent=True,
    ),
    _notice(
        MOVED,
        N_("My appointment has another time"),
        N_("New time: {title}, {when}"),
        N_("“{title}” at {shop} now begins on {when}.\n{where}"),
        urgent=True,
    ),
    _notice(
        PROPOSED,
        N_("Another time is proposed for my appointment"),
        N_("{shop} proposes {proposed}"),
        N_("“{title}” is not possible on {when}. {shop} proposes {proposed} instead. Please say whether it suits you."),
        urgent=True,
    ),
    _notice(
        DECLINED,
        N_("My request for an appointment is declined"),
        N_("Not possible: {title}, {when}"),
        N_("{shop} cannot take you on {when}. {reason}"),
        urgent=True,
    ),
    _notice(
        CANCELLED,
        N_("My appointment is cancelled"),
        N_("Cancelled: {title}, {when}"),
        N_("“{title}” at {shop} on {when} will not take place. {reason}"),
        urgent=True,
    ),
    _notice(
        EXPIRED,
        N_("My appointment was not confirmed in time"),
        N_("Not confirmed in time: {title}, {when}"),
        N_("“{title}” at {shop} on {when} was not confirmed in time, and the time is free again. Please choose anew."),
    ),
    _notice(
        DELAYED,
        N_("My appointment takes longer or begins later"),
        N_("Later than planned: {title}, about {eta}"),
        N_("“{title}” at {shop}: by the look of it now, the time is {eta}. We are sorry that you have to wait."),
        urgent=True,
    ),
    _notice(
        ON_THE_WAY,
        N_("Somebody is on the way to me"),
        N_("On the way, about {eta}: {title}"),
        N_("{shop} is on the way to you for “{title}” and will be there at about {eta}. {phone}"),
        urgent=True,
    ),
    _notice(
        COMPLETED,
        N_("My appointment is done"),
        N_("Done: {title}"),
        N_("Thank you for coming to {shop}. {summary}\nOn the page of your visit you can book again in one step."),
    ),
    _notice(
        MISSED,
        N_("I missed an appointment"),
        N_("We missed you: {title}, {when}"),
        N_("You did not come to “{title}” at {shop} on {when}. If this is a mistake, please call: {phone}"),
    ),
    _notice(
        REMINDER,
        N_("Reminders of my appointments"),
        N_("Reminder: {title}, {when}"),
        N_("“{title}” on {when}.\n{where}\n{directions}\nBooking {number}. Please say by the link if you will come."),
        # Its moment was chosen with the quiet hours in mind; later would be too late.
        urgent=True,
    ),
    _notice(
        TIME_FREE,
        N_("A time that I wait for has become free"),
        N_("A time is free: {title}, {when}"),
        N_("“{title}” at {shop} on {when}. It is kept for you until {until}; after that the next one gets it."),
        urgent=True,
    ),
    _notice(
        WAIT_JOINED,
        N_("I am on the list for a time"),
        N_("You are on the list: {title}"),
        N_("You wait for a time for “{title}” at {shop}. As soon as one becomes free we tell you."),
        urgent=True,
    ),
    _notice(
        SHOP_REQUESTED,
        N_("Somebody asks for an appointment at my shop"),
        N_("Please answer: {title}, {when}"),
        N_("{customer} asks for “{title}” on {when}. Confirm it, decline it or propose another time."),
        urgent=True,
    ),
    _notice(
        SHOP_BOOKED,
        N_("A new appointment at my shop"),
        N_("New appointment: {title}, {when}"),
        N_("{customer} has booked “{title}” on {when}. {staff}"),
    ),
    _notice(
        SHOP_MOVED,
        N_("A customer has moved an appointment"),
        N_("Moved by the customer: {title}, {when}"),
        N_("{customer} now comes to “{title}” on {when}. {staff}"),
    ),
    _notice(
        SHOP_CANCELLED,
        N_("A customer has cancelled an appointment"),
        N_("Cancelled by the customer: {title}, {when}"),
        N_("{customer} does not come to “{title}” on {when}. The time is free again. {reason}"),
    ),
    _notice(
        SHOP_EXPIRED,
        N_("A request at my shop was not answered in time"),
        N_("Expired: {title}, {when}"),
        N_("“{title}” for {customer} on {when} was neither confirmed nor paid in time. The time is free again."),
    ),
    _notice(
        SHOP_CLOCK,
        N_("Appointments at my shop overlap since the clock was changed"),
        N_("The clock was changed by law: {count} overlap at your shop"),
        N_("All appointments keep the time on the wall. {count} of them now lie on something else. Please move them."),
        urgent=True,
    ),
    _notice(
        CHECKED_IN,
        N_("A customer is there"),
        N_("{customer} is there: {title}"),
        N_("{customer} has come for “{title}”, {when}. {staff}"),
        urgent=True,
    ),
)


def said_at(seconds: int | None, zone: str, town: str, locale: str) -> str:
    """A day and a time of the place, with the town: whoever reads it may be elsewhere."""
    if seconds is None:
        return ""
    here = datetime.fromtimestamp(seconds, ZoneInfo(zone))
    return f"{day(here.date(), locale)}, {here:%H:%M}" + (f" ({town})" if town else "")


def facts_of(site: Site, one: Followed, reached: Reached, locale: str) -> dict[str, str]:
    """What the texts may name. Nothing that only the shop may know: the same facts go to the customer."""
    town = one.town(locale)
    summary = "\n".join(str(reached.facts[k]) for k in ("summary", "care") if reached.facts.get(k))
    return {
        "title": called(one, locale, reached.title),
        "number": reached.number,
        "shop": one.shop,
        "when": said_at(one.starts_s, one.zone, town, locale),
        "where": one.where(locale),
        "staff": one.staff,
        "directions": one.directions,
        "phone": one.shop_phone,
        "reason": reached.note,
        "proposed": said_at(one.proposed_s, one.zone, town, locale),
        "eta": f"{datetime.fromtimestamp(one.eta_s, ZoneInfo(one.zone)):%H:%M}" if one.eta_s else "",
        "summary": summary,
        "customer": reached.name,
    }
