"""An admin sends a wording to themselves, as its receivers would get it."""

from __future__ import annotations

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.notifications.domain import IN_APP
from marketplace_kit.notifications.services.notifying import notify
from marketplace_kit.notifications.services.wording import declared_notice, places_of


async def send_test(uow: UnitOfWork, name: str, channel: str, *, by: Actor) -> None:
    """The stored wording with sample facts, over one channel (none: in the site), in the admin's language."""
    declared = declared_notice(uow.site, name)
    if by.person_id is None or (channel and channel not in uow.site.registry.channels):
        raise Missing
    facts = {place: f"‹{place}›" for place in places_of(declared) if place != "site"} | dict(declared.sample)
    key = f"notifications.test:{new_id()}"
    link = "/account/notices"
    await notify(uow, to=by.person_id, notice=name, facts=facts, link=link, key=key, over=(channel or IN_APP,))
