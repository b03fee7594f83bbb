"""Every morning: who comes today or tomorrow, and what they still lack."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_grooming import queries
from marketplace_grooming.domain.process import EXPECTED
from marketplace_grooming.schemas import GroomingService, Visit
from marketplace_grooming.services.measuring import day_in, gate_of, said_refusal, service_of
from marketplace_grooming.services.telling import LACKING, LACKING_SHOP, tell_visit
from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.kernel.errors import DomainError
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.notifications.services import notify
from marketplace_kit.scheduling.queries import services_of
from marketplace_kit.shops.queries import owners_of
from marketplace_pets import services as pets
from marketplace_pets.domain import NotShared

AT_ONCE = 100
AHEAD = timedelta(days=3)
PROOFS = "vaccinations"


async def look_ahead(site: Site) -> int:
    """Tell family and salon of each pet that comes today or tomorrow (by the shop's own date) and may not come in as
    it stands: proofs, waiting days, evaluation, or proofs that are not shared any more. Once a day for each visit; how
    many there were. A pet that was let in with a note is not asked again.
    """
    now, found, after = site.clock.now(), 0, None
    while True:
        visits = await site.ask(queries.expected_between, now, now + AHEAD, after, AT_ONCE)
        if not visits:
            return found
        after = visits[-1].id
        for visit in visits:
            if not visit.gate_note:
                found += await site.do(_look_at, visit.id)


async def _look_at(uow: UnitOfWork, visit_id: UUID) -> int:
    connection = await uow.session.connection()
    visit = await queries.visit_of(connection, visit_id)
    if visit is None or visit.pet_id is None or visit.state != EXPECTED:
        return 0
    zone = (await services_of(connection, [visit.listing_id]))[visit.listing_id].zone
    if (day_in(visit.starts_at, zone) - day_in(uow.at, zone)).days > 1:
        return 0
    service = await service_of(connection, uow.site, visit.listing_id)
    lacks = await lacking(connection, uow.site, visit, service, zone)
    if not lacks:
        return 0
    await _tell(uow, visit, lacks, f"{visit.id}:{day_in(uow.at, zone)}")
    return 1


async def lacking(
    connection: AsyncConnection, site: Site, visit: Visit, service: GroomingService, zone: str
) -> list[DomainError]:
    """Everything that would keep the pet out on its day."""
    gate = await gate_of(connection, visit.pet_id, service, day_in(visit.starts_at, zone), visit.shop_id)
    lacks = [lack.refusal for lack in gate.missing]
    if visit.pet_id is None or not service.requires:
        return lacks
    readable = await pets.may_read(connection, site, visit.pet_id, visit.shop_id, PROOFS)
    return lacks if readable else [*lacks, NotShared(scope=PROOFS)]


async def _tell(uow: UnitOfWork, visit: Visit, lacks: Sequence[DomainError], key: str) -> None:
    connection, site = await uow.session.connection(), uow.site
    await tell_visit(uow, visit.id, visit.order_id, visit.person_id, LACKING, f"{LACKING}:{key}")
    for owner in await owners_of(connection, visit.shop_id):
        contact = await contact_of(connection, owner)
        locale = contact.locale if contact else "en"
        what = " ".join(said_refusal(site, locale, lack) for lack in lacks)
        await notify(
            uow,
            to=owner,
            notice=LACKING_SHOP,
            facts={"pet": visit.pet_name, "what": what},
            link=f"/sell/grooming/visits/{visit.id}",
            key=f"{LACKING_SHOP}:{key}:{owner}",
        )
