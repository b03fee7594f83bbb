"""Who may do what with a pet at this moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_pets import queries
from marketplace_pets.domain import Grant, NotKeeper, NotShared, lists
from marketplace_pets.queries import Tie

CHECK, BY_CHIP, PROTOCOLS = "pets.verify_doses", "pets.find_by_chip", "pets.edit_protocols"
READ, EMERGENCY, CODES = "pets.read_shared", "pets.open_in_emergency", "pets.edit_codes"
_RANK = {"": 0, "view": 1, "book": 2, "manage": 3, lists.KEEPER: 4}


def may(right: str, wanted: str) -> bool:
    """Whether a right is enough for what is wanted: ``view``, ``book``, ``manage``, ``keeper``."""
    return _RANK[right] >= _RANK[wanted]


def today(site: Site, at: datetime | None = None) -> date:
    """The date where the site is at home: what “until the 1st of March” means."""
    return (at or site.clock.now()).astimezone(ZoneInfo(site.settings.of(SiteSettings).timezone)).date()


def weighed_at(site: Site, day: date | None) -> datetime:
    """When something happened of which only the day is known: now if that is today, else at noon of it."""
    now = site.clock.now()
    if day is None or day == today(site):
        return now
    zone = ZoneInfo(site.settings.of(SiteSettings).timezone)
    return datetime.combine(day, time(12), zone).astimezone(UTC)


async def access_pet(uow: UnitOfWork, pet_id: UUID, *, by: Actor, wanted: str = "manage") -> Tie:
    """A pet for its family, its row held until the unit ends. Refuses :class:`Missing` to strangers and
    :class:`NotKeeper` to a former keeper, or to whom the right was not given.
    """
    tied = await queries.tie(await uow.session.connection(), pet_id, by.person_id, by.shops, lock=True)
    return _checked(tied, wanted)


def _checked(tied: Tie | None, wanted: str) -> Tie:
    if tied is None or not (tied.right or tied.former):
        raise Missing
    if not may(tied.right, wanted):
        raise NotKeeper
    return tied


async def seen_pet(site: Site, pet_id: UUID, *, by: Actor) -> Tie:
    """The same for looking, outside a unit of work."""
    return _checked(await site.ask(queries.tie, pet_id, by.person_id, by.shops), "view")


async def access_as_shop(uow: UnitOfWork, pet_id: UUID, shop_id: UUID, *, by: Actor, scope: str) -> Grant:
    """A pet for staff of a shop with a living grant for ``scope``, its row held. Refuses :class:`Missing` for an
    unknown pet and another's shop, :class:`NotShared` without a grant.
    """
    if shop_id not in by.shops:
        raise Missing
    connection = await uow.session.connection()
    if await queries.tie(connection, pet_id, None, (), lock=True) is None:
        raise Missing
    held = await queries.grant_for(connection, pet_id, (shop_id,), scope, uow.at, today(uow.site, uow.at))
    if held is None:
        raise NotShared(scope=scope)
    return held


async def access_to_write(uow: UnitOfWork, pet_id: UUID, *, by: Actor, shop_id: UUID | None) -> tuple[Tie, str]:
    """A pet for somebody who adds to its record, its row held; and as what they write: ``owner`` (the family),
    ``breeder`` (a shop that keeps it) or ``vet`` (a shop with any living grant, or one that wrote down a pet that came
    in). Refuses like the other two.
    """
    connection = await uow.session.connection()
    if shop_id is None:
        tied = await access_pet(uow, pet_id, by=by)
        keeper = await queries.keeper_of(connection, pet_id)
        if keeper is None or keeper.shop_id not in by.shops:
            return tied, "owner"
        return tied, "vet" if keeper.how == lists.WALK_IN else "breeder"
    if shop_id not in by.shops:
        raise Missing
    known = await queries.tie(connection, pet_id, None, (shop_id,), lock=True)
    if known is None:
        raise Missing
    if known.right == lists.KEEPER:
        keeper = await queries.keeper_of(connection, pet_id)
        return known, "vet" if keeper is not None and keeper.how == lists.WALK_IN else "breeder"
    held = await queries.grant_for(connection, pet_id, (shop_id,), lists.IDENTITY, uow.at, today(uow.site, uow.at))
    if held is None:
        raise NotKeeper if known.former else NotShared(scope=lists.IDENTITY)
    return known, "vet"


def own_shop(text: str, by: Actor) -> UUID:
    """The same where there must be a shop: the only one of the asker's if none is named."""
    found = shop_of(text, by)
    if found is None and len(by.shops) == 1:
        found = next(iter(by.shops))
    if found is None:
        raise Invalid(Problem("shop_id", "required", N_("Please choose the shop.")))
    return found


def shop_of(text: str, by: Actor) -> UUID | None:
    """The shop that a form names; none if it names none. What is no shop of the asker's is :class:`Invalid`."""
    if not text:
        return None
    try:
        shop_id = UUID(text)
    except ValueError:
        shop_id = None
    if shop_id not in by.shops:
        raise Invalid(Problem("shop_id", "not_a_choice", N_("This is no shop that you work for.")))
    return shop_id
