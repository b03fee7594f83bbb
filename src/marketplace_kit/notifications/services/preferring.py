"""What people want to be told, and how: a choice for each kind of notice and channel."""

from __future__ import annotations

from uuid import UUID

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.notifications.tables import preference_table as preference
from marketplace_kit.web.identity import is_signed, sign

_PURPOSE = "notifications.stop"


def stop_link(site: Site, person_id: UUID, type_: str, channel: str) -> str:
    """Where one stops a kind of notice on one channel without signing in: only its receiver knows this address."""
    signature = sign(site, _PURPOSE, f"{person_id}:{type_}:{channel}")
    public_url = site.settings.of(SiteSettings).public_url.rstrip("/")
    return f"{public_url}/notices/stop/{person_id}/{type_}/{channel}/{signature}"


def check_stop_link(site: Site, person_id: UUID, type_: str, channel: str, signature: str) -> None:
    """Refuses :class:`Missing` for a link that we did not make, or for a notice that cannot be stopped."""
    declared = site.registry.notices.get(type_)
    if not is_signed(site, _PURPOSE, f"{person_id}:{type_}:{channel}", signature):
        raise Missing
    if declared is None or declared.required:
        raise Missing


async def stop(uow: UnitOfWork, person_id: UUID, type_: str, channel: str, signature: str) -> None:
    """Send this kind of notice no more over this channel; what waits to be sent is skipped."""
    check_stop_link(uow.site, person_id, type_, channel, signature)
    await prefer(uow, person_id, type_, channel, wanted=False)


async def prefer(uow: UnitOfWork, person_id: UUID, type_: str, channel: str, *, wanted: bool) -> None:
    """Store a person's choice; the last one counts."""
    values = {"wanted": wanted, "chosen_at": uow.at}
    statement = uow.site.database.insert(preference).values(
        person_id=person_id, notice=type_, channel=channel, **values
    )
    keys = ["person_id", "notice", "channel"]
    await uow.session.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))
