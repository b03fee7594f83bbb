"""Private calendar feeds: an address that a calendar program asks every few hours. It is a view, not a sync."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
import sqlalchemy as sa

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor, PersonalData
from marketplace_kit.kernel.ids import digest, new_id
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.queries.titles import title_in
from marketplace_kit.scheduling.domain.invites import Meeting
from marketplace_kit.scheduling.domain.invites import feed as feed_text
from marketplace_kit.scheduling.queries.following import (
    VISITS,
    WORK,
    FeedRow,
    Followed,
    feed_by,
    feeds_of,
    in_feed,
    personal,
)
from marketplace_kit.scheduling.services.desk import is_agreed
from marketplace_kit.scheduling.services.inviting import absolute, meeting_of, visit_path
from marketplace_kit.scheduling.tables import appointment_table as appointment
from marketplace_kit.scheduling.tables.following import answer_table as answer
from marketplace_kit.scheduling.tables.following import feed_table as feed
from marketplace_kit.scheduling.tables.following import series_table as series
from marketplace_kit.scheduling.tables.following import wait_table as wait
from marketplace_kit.web.identity import sign

KINDS = (VISITS, WORK)
BACK = timedelta(days=31)
"""What lies further back is not in a feed."""
_PURPOSE = "scheduling.feed"
_NAMES = {VISITS: N_("My appointments at {site}"), WORK: N_("My work at {site}")}
_OF_WORK = "{title} – {name}"


class FeedView(msgspec.Struct, frozen=True, kw_only=True):
    """A private address of a calendar. Whoever knows it reads it."""

    kind: str
    url: str


class Fed(NamedTuple):
    """What a calendar program gets: the validator, and the text unless it has it already."""

    etag: str
    text: str | None


def feed_path(site: Site, feed_id: UUID) -> str:
    return f"/calendar/feeds/{_token(site, feed_id)}.ics"


def _token(site: Site, feed_id: UUID) -> str:
    return sign(site, _PURPOSE, str(feed_id))


async def my_feeds(site: Site, *, by: Actor) -> list[FeedView]:
    """The live feeds of a person, with their addresses."""
    if by.person_id is None:
        raise Missing
    found = await site.ask(feeds_of, by.person_id)
    return [FeedView(kind=kind, url=absolute(site, feed_path(site, found[kind]))) for kind in KINDS if kind in found]


async def make_feed(uow: UnitOfWork, kind: str, *, by: Actor) -> FeedView:
    """A feed with a new address; the one of this kind that there was is no longer answered."""
    if by.person_id is None or kind not in KINDS:
        raise Missing
    await _revoke(uow, kind, by.person_id)
    feed_id = new_id()
    values = {"id": feed_id, "person_id": by.person_id, "kind": kind, "made_at": uow.at}
    await uow.session.execute(sa.insert(feed).values(**values, digest=digest(_token(uow.site, feed_id))))
    await audit(uow, by=by, act="scheduling.make_feed", on=f"person:{by.person_id}", facts={"kind": kind})
    return FeedView(kind=kind, url=absolute(uow.site, feed_path(uow.site, feed_id)))


async def revoke_feed(uow: UnitOfWork, kind: str, *, by: Actor) -> None:
    """End a feed. Refuses :class:`Missing` if there is none."""
    if by.person_id is None or not await _revoke(uow, kind, by.person_id):
        raise Missing
    await audit(uow, by=by, act="scheduling.revoke_feed", on=f"person:{by.person_id}", facts={"kind": kind})


async def _revoke(uow: UnitOfWork, kind: str, person_id: UUID) -> bool:
    live = sa.and_(feed.c.person_id == person_id, feed.c.kind == kind, feed.c.revoked_at.is_(None))
    gone = sa.update(feed).where(live).values(revoked_at=uow.at).returning(feed.c.id)
    return (await uow.session.execute(gone)).first() is not None


async def read_feed(site: Site, token: str, *, known: str = "") -> Fed:
    """The calendar behind an address; ``known`` is the ETag that the program has. Two statements.

    Refuses :class:`Missing` for an address that never was, was replaced or revoked.
    """
    found = await site.ask(feed_by, digest(token))
    if found is None:
        raise Missing
    since = int((site.clock.now() - BACK).timestamp())
    rows = await site.ask(in_feed, found.kind, found.person_id, since)
    etag = _etag(site, found, rows)
    if known == etag:
        return Fed(etag, None)
    name = site.texts.render(found.locale, _NAMES[found.kind], {"site": site.settings.of(SiteSettings).name})
    meetings = [_shown(site, found, one) for one in rows]
    return Fed(etag, feed_text(name, meetings, found.locale))


def _shown(site: Site, found: FeedRow, one: Followed) -> Meeting:
    if found.kind == VISITS:
        return meeting_of(site, one, found.locale, link=absolute(site, visit_path(one.id)))
    # Whoever works at it sees what and, by first name, who: a phone that is lost tells no more about customers.
    name = (one.contact_name or one.person_name).split(" ")[0]
    title = title_in(one, found.locale)
    title = _OF_WORK.format(title=title, name=name) if name else title
    text = "" if is_agreed(site, one) else _state_text(site, found, one)
    link = absolute(site, f"/sell/calendar/{one.id}")
    return meeting_of(site, one.for_staff(), found.locale, link=link, title=title, text=text)


def _state_text(site: Site, found: FeedRow, one: Followed) -> str:
    known = site.registry.line_kinds.get(one.kind)
    states = {s.name: s.text for s in known.process.states} if known is not None else {}
    return site.texts.gettext(found.locale, states.get(one.state, "")) if one.state in states else ""


def _etag(site: Site, found: FeedRow, rows: list[Followed]) -> str:
    """Changes with whatever the text is made of; the text itself need not be made for it."""
    parts = msgspec.json.encode([found.kind, found.locale, site.settings.of(SiteSettings).name, rows])
    return f'"{digest(parts.decode())[:32]}"'


async def forget(uow: UnitOfWork, person_id: UUID) -> None:
    """A person's feeds go, and what they answered to reminders."""
    await uow.session.execute(sa.delete(feed).where(feed.c.person_id == person_id))
    mine = sa.select(appointment.c.id).where(appointment.c.person_id == person_id)
    await uow.session.execute(sa.delete(answer).where(answer.c.appointment_id.in_(mine)))
    await uow.session.execute(sa.delete(series).where(series.c.person_id == person_id))
    await uow.session.execute(sa.delete(wait).where(wait.c.person_id == person_id))
    await uow.session.execute(sa.update(series).where(series.c.made_by == person_id).values(made_by=None))


PERSONAL = PersonalData(
    name="scheduling.following",
    columns={
        "calendar_feed.person_id": "identity",
        "calendar_feed.digest": "secret",
        "appointment_series.person_id": "identity",
        "appointment_series.made_by": "trace",
        "slot_wait.person_id": "identity",
        "slot_wait.contact_name": "identity",
        "slot_wait.contact_phone": "contact",
        "slot_wait.address": "contact",
        "slot_wait.entrance": "contact",
        "slot_wait.lat": "contact",
        "slot_wait.lon": "contact",
        "appointment_answer.answer": "content",
    },
    export=personal,
    erase=forget,
)
