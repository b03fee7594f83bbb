"""Asking for a review: once, some time after the line was completed; a guest by a secret link."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from marketplace_kit.kernel.hooks import Message, Notice, Undeliverable
from marketplace_kit.kernel.ids import digest
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.process import Stage
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.notifications.queries import wordings_of
from marketplace_kit.notifications.services import notify, usual_quiet
from marketplace_kit.notifications.services.wording import Said
from marketplace_kit.orders.domain import LineMoved
from marketplace_kit.reviews.domain import Terms
from marketplace_kit.reviews.queries import rated
from marketplace_kit.reviews.schemas import Rated, ReviewSettings
from marketplace_kit.reviews.tables import invitation_table as invitation
from marketplace_kit.web import formats
from marketplace_kit.web.identity import sign

INVITE = "reviews.invite"
INVITATION = Notice(
    name="reviews.invitation",
    label=N_("How was it?"),
    subject=N_("How was “{title}”?"),
    body=N_(
        "“{title}” at “{shop}” is done. Please say in a minute how it was: it helps others to choose. "
        "Last day for an answer: {until}"
    ),
    category="services",
    sample={"title": "Haircut", "shop": "Aigerim", "until": "31.12."},
)


class Invite(msgspec.Struct):
    """The job's payload: an id, and nothing about anybody."""

    line_id: UUID


def link_token(site: Site, line_id: UUID) -> str:
    """What stands in a guest's link. It is derived, so that it is stored nowhere and is the same at every try."""
    return sign(site, "reviews.invitation", str(line_id))


def times_of(terms: Terms, completed_at: datetime) -> dict[str, datetime]:
    return {
        "completed_at": completed_at,
        "due_at": terms.due_at(completed_at),
        "closes_at": terms.closes_at(completed_at),
    }


async def invite(uow: UnitOfWork, event: LineMoved) -> None:
    """A line was completed: its customer will be asked. One that is completed anew before that is asked later."""
    if event.stage != Stage.COMPLETED:
        return
    times = times_of(uow.site.settings.of(ReviewSettings).terms, uow.at)
    values: dict[str, Any] = {
        "order_line_id": event.line_id,
        "order_id": event.order_id,
        "customer_id": event.customer_id,
        "token_digest": digest(link_token(uow.site, event.line_id)),
        **times,
    }
    written = uow.site.database.insert(invitation).values(values)
    kept = written.on_conflict_do_update(
        index_elements=["order_line_id"], set_=times, where=invitation.c.sent_at.is_(None)
    )
    if (await uow.session.execute(kept.returning(invitation.c.order_line_id))).first() is None:
        return
    due_at = times["due_at"]
    if event.customer_id is None and (quiet := usual_quiet(uow.site)):
        due_at = quiet.end_of(due_at) or due_at  # a person's own quiet hours are looked after by the notice
    key = f"{INVITE}:{event.line_id}:{event.version}"
    uow.enqueue(INVITE, Invite(line_id=event.line_id), key=key, run_at=due_at)


async def send_invitation(work: Work, payload: Invite) -> None:
    """Ask, unless it was said already, is not completed any more, or was asked before."""
    site = work.site
    found = await site.ask(rated, line_id=payload.line_id)
    wanted = (
        found is not None
        and found.closes_at is not None
        and found.sent_at is None
        and found.review_id is None
        and found.stage == Stage.COMPLETED
        and found.closes_at > site.clock.now()
    )
    if found is None or not wanted:
        return
    if found.customer_id is None:
        given = {"email": found.contact_email, "sms": found.contact_phone}
        channel = next((name for name, to in given.items() if to and name in site.registry.channels), None)
        if channel is None:
            return
        await _tell_guest(site, found, channel, given[channel] or "")
    async with work.finish() as uow:
        sent = sa.update(invitation).where(invitation.c.order_line_id == found.line_id, invitation.c.sent_at.is_(None))
        first = await uow.session.execute(sent.values(sent_at=uow.at).returning(invitation.c.order_line_id))
        if first.first() is not None and found.customer_id is not None:
            await notify(
                uow,
                to=found.customer_id,
                notice=INVITATION.name,
                facts=_facts(found),
                link=f"/reviews/new/{found.line_id}",
                key=f"{INVITATION.name}:{found.line_id}",
                order_id=found.order_id,
            )


def _facts(found: Rated) -> dict[str, str]:
    until = formats.day(found.closes_at.date(), found.contact_locale) if found.closes_at else ""
    return {"title": found.title, "shop": found.shop_name, "until": until}


async def _tell_guest(site: Site, found: Rated, channel: str, to: str) -> None:
    """A guest has no place for notices: it goes to the address of the order. The key makes it one message."""
    sender = site.registry.channels[channel].sender
    if sender is None:
        return
    said = Said(site, INVITATION, found.contact_locale, _facts(found))
    said.edited = await site.ask(wordings_of, INVITATION.name, found.contact_locale)
    subject, body = said.on(channel)
    address = site.settings.of(SiteSettings).public_url.rstrip("/")
    message = Message(
        key=f"{found.line_id}-review",
        to=to,
        name=found.contact_name,
        subject=subject,
        body=body,
        link=f"{address}/reviews/by/{link_token(site, found.line_id)}",
        locale=found.contact_locale,
    )
    with suppress(Undeliverable):  # trying again cannot help
        await sender.deliver(site, message)
