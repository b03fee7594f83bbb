"""Appointments as calendar programs read them: invitations by mail and by button, and feeds (RFC 5545, 5546, 7986).

Pure: words arrive in the reader's language, times as instants with the place's zone. An appointment keeps one UID for
ever, and its SEQUENCE only rises, so that a calendar replaces what it has instead of adding to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import attrs
from icalendar import Calendar, Event, vCalAddress, vGeo, vText

PRODUCT = "-//marketplace-kit//scheduling//EN"
REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"
REFRESH = timedelta(hours=1)
"""How often a feed may be asked for; programs do as they like."""


@attrs.frozen(kw_only=True)
class Mailbox:
    """Somebody in an invitation. ``address`` is a mail address; without one there is only the name."""

    name: str = ""
    address: str = ""


@attrs.frozen(kw_only=True)
class Meeting:
    """One appointment as its reader may see it. ``starts`` and ``ends`` are in the place's zone; ``changed`` is when
    it last became another (DTSTAMP); ``agreed``: both sides have said yes.
    """

    uid: str
    sequence: int
    starts: datetime
    ends: datetime
    title: str
    text: str = ""
    place: str = ""
    point: tuple[float, float] | None = None
    link: str = ""
    changed: datetime
    agreed: bool = True
    cancelled: bool = False


def uid_of(appointment_id: UUID, domain: str) -> str:
    """The same for ever, whatever is moved: the appointment's id at the site's domain."""
    return f"{appointment_id}@{domain}"


def invitation(meeting: Meeting, *, organizer: Mailbox, guest: Mailbox, locale: str) -> str:
    """A calendar object of one event, by mail or to be opened: ``REQUEST``, or ``CANCEL`` once it is off. It names the
    customer and the site, nobody else.
    """
    method = CANCEL if meeting.cancelled else REQUEST
    event = _event(meeting, locale)
    event["organizer"] = _address(organizer, role="")
    if guest.address:
        event.add("attendee", _address(guest, role="REQ-PARTICIPANT"), encode=False)
    return _calendar(method, [event], [meeting])


def method_of(meeting: Meeting) -> str:
    return CANCEL if meeting.cancelled else REQUEST


def feed(name: str, meetings: Sequence[Meeting], locale: str) -> str:
    """Many appointments as something to subscribe to. What was cancelled stays in it for a while, marked so: a program
    that only adds would keep it for ever.
    """
    return _calendar(PUBLISH, [_event(one, locale) for one in meetings], meetings, name=name)


def _calendar(method: str, events: Iterable[Event], meetings: Sequence[Meeting], *, name: str = "") -> str:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)  # what programs read that do not know RFC 7986
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", REFRESH)
    for event in events:
        calendar.add_component(event)
    if meetings:
        # Only for the dates that are needed: without them the library writes seventy years of rules.
        first, last = min(m.starts for m in meetings), max(m.ends for m in meetings)
        calendar.add_missing_timezones(first.date() - timedelta(days=1), last.date() + timedelta(days=2))
    return str(calendar.to_ical().decode())


def _event(meeting: Meeting, locale: str) -> Event:
    event = Event()
    event.add("uid", meeting.uid)
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", meeting.changed)
    event.add("dtstart", meeting.starts)
    event.add("dtend", meeting.ends)
    _say(event, "summary", meeting.title, locale)
    if meeting.text:
        _say(event, "description", meeting.text, locale)
    if meeting.place:
        _say(event, "location", meeting.place, locale)
    if meeting.point is not None:
        event.add("geo", vGeo(meeting.point))
    if meeting.link:
        event.add("url", meeting.link)
    event.add("status", "CANCELLED" if meeting.cancelled else "CONFIRMED" if meeting.agreed else "TENTATIVE")
    event.add("transp", "TRANSPARENT" if meeting.cancelled else "OPAQUE")
    event.add("class", "PRIVATE")
    return event


def _say(event: Event, name: str, text: str, locale: str) -> None:
    said = vText(text)
    said.params["LANGUAGE"] = locale
    event.add(name, said, encode=False)


def _address(who: Mailbox, *, role: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{who.address}")
    if who.name:
        address.params["CN"] = vText(who.name)
    if role:
        address.params["ROLE"] = vText(role)
        address.params["PARTSTAT"] = vText("ACCEPTED")
        address.params["RSVP"] = vText("FALSE")
    return address
