"""Appointments for people's own calendars: the invitation, and the links of one appointment that need no sign-in."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor, Attachment
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.queries.titles import title_in
from marketplace_kit.notifications.schemas import MailSettings
from marketplace_kit.scheduling.domain.invites import Mailbox, Meeting, invitation, method_of, uid_of
from marketplace_kit.scheduling.queries.following import Followed, followed
from marketplace_kit.scheduling.services.desk import Reached, called, is_agreed, reach
from marketplace_kit.web.identity import sign

LASTS = timedelta(days=30)
"""A link is good for so long after the appointment's end."""
FILE = "invite.ics"
_PURPOSE = "scheduling.visit"
_TOKEN = 32
_WITH, _PHONE, _PAGE = N_("With: {name}"), N_("Phone: {phone}"), N_("Change or cancel: {link}")


def visit_token(site: Site, appointment_id: UUID) -> str:
    """128 bits that open this appointment only; derived, so that no row, job or notice has to hold it."""
    return sign(site, _PURPOSE, str(appointment_id))[:_TOKEN]


def visit_path(one: UUID, token: str = "") -> str:
    """The page of an appointment: by its token, or for its signed-in customer."""
    return f"/visits/{one}" + (f"/{token}" if token else "")


async def visit_for(site: Site, appointment_id: UUID, *, by: Actor | None = None, token: str = "") -> Followed:
    """The appointment, for its customer or whoever holds its link. Refuses :class:`Missing` to everybody else, and to
    links that are over.
    """
    found = await site.ask(followed, appointment_id)
    if found is None:
        raise Missing
    if token:
        if not hmac.compare_digest(token.encode(), visit_token(site, appointment_id).encode()):
            raise Missing
        if site.clock.now() > found.ends_at + LASTS:
            raise Missing
    elif by is None or by.person_id is None or by.person_id != found.person_id:
        raise Missing
    return found


async def invite_for(site: Site, one: Followed, *, token: str = "") -> str:
    """The text of its invitation as it stands now."""
    return await site.ask(invite_of, site, one, token)


async def invite_of(connection: AsyncConnection, site: Site, one: Followed, token: str = "") -> str:
    reached = await reach(connection, site, one)
    return invite_text(site, one, reached, link=absolute(site, visit_path(one.id, token)))


def attached(site: Site, one: Followed, reached: Reached, link: str) -> Attachment:
    """The invitation as it goes with a mail."""
    meeting = meeting_of(site, one, reached.locale, link=link, title=_title(one, reached), stamp=site.clock.now())
    media_type = f"text/calendar; method={method_of(meeting)}"
    return Attachment(name=FILE, media_type=media_type, content=_text(site, one, meeting, reached))


def invite_text(site: Site, one: Followed, reached: Reached, *, link: str) -> str:
    title, now = _title(one, reached), site.clock.now()
    return _text(site, one, meeting_of(site, one, reached.locale, link=link, title=title, stamp=now), reached)


def _title(one: Followed, reached: Reached) -> str:
    return f"{called(one, reached.locale, reached.title)} – {one.shop}"


def _text(site: Site, one: Followed, meeting: Meeting, reached: Reached) -> str:
    address = one.person_email or (reached.email if one.person_id is None else "")
    return invitation(
        meeting,
        organizer=Mailbox(name=one.shop, address=site.settings.of(MailSettings).sender),
        guest=Mailbox(name=reached.name, address=address),
        locale=reached.locale,
    )


def meeting_of(
    site: Site,
    one: Followed,
    locale: str,
    *,
    link: str,
    title: str = "",
    text: str | None = None,
    stamp: datetime | None = None,
) -> Meeting:
    """An appointment in the customer's words; ``title`` and ``text`` say it otherwise (for who works at it). ``stamp``
    is when this is said; a feed says it the same each time.
    """
    cancelled = one.effect == "lets_go"
    return Meeting(
        uid=uid_of(one.id, domain_of(site)),
        sequence=one.sequence,
        starts=one.starts_at,
        ends=one.ends_at,
        title=title or f"{title_in(one, locale)} – {one.shop}",
        text=_described(site, one, locale, link) if text is None else text,
        place=one.where(locale),
        point=None if one.lat is None or one.lon is None else (one.lat, one.lon),
        link=link,
        changed=(stamp or one.booked_at).replace(microsecond=0),
        agreed=is_agreed(site, one) or one.effect == "shortens",
        cancelled=cancelled,
    )


def _described(site: Site, one: Followed, locale: str, link: str) -> str:
    def say(text: str, **facts: str) -> str:
        return site.texts.render(locale, text, facts)

    lines = [
        say(_WITH, name=one.staff) if one.staff else "",
        one.directions,
        say(_PHONE, phone=one.shop_phone) if one.shop_phone else "",
        say(_PAGE, link=link) if link else "",
    ]
    return "\n".join(line for line in lines if line)


def domain_of(site: Site) -> str:
    return urlsplit(site.settings.of(SiteSettings).public_url).hostname or "localhost"


def absolute(site: Site, path: str) -> str:
    return site.settings.of(SiteSettings).public_url.rstrip("/") + path
