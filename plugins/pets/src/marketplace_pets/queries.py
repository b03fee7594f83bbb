"""Reads of pets: each answers frozen values or structs, in one statement however many rows there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_pets.domain import (
    Allergy,
    BehaviourFlag,
    Birth,
    Condition,
    DoseGiven,
    Grant,
    PetCard,
    Protocols,
    TimelineEntry,
    WeightSeen,
    lists,
)
from marketplace_pets.domain.protocols import SHIPPED, revised
from marketplace_pets.schemas import MarkView
from marketplace_pets.tables import (
    allergy_table,
    behaviour_table,
    co_keeper_table,
    condition_table,
    dose_table,
    grant_table,
    keepership_table,
    mark_table,
    pet_table,
    protocol_table,
    read_table,
    reminder_table,
    timeline_table,
    transfer_table,
    weight_table,
)

pet, keepership, co_keeper = pet_table.c, keepership_table.c, co_keeper_table.c
weight, dose, grant = weight_table.c, dose_table.c, grant_table.c
Rows = Sequence[Any]
_OPEN = sa.and_(keepership.pet_id == pet.id, keepership.until.is_(None))
_CARD = (
    pet.id,
    pet.name,
    pet.species,
    pet.breed,
    pet.crossbred,
    pet.breed_other,
    pet.sex,
    pet.born,
    pet.born_precision,
    pet.colour,
    pet.coat,
    pet.size_class,
    pet.state,
    pet.deceased_on,
    pet.cover,
    pet.version,
    keepership.person_id.label("keeper_id"),
    keepership.shop_id.label("keeper_shop_id"),
)
_CARDS = sa.select(*_CARD).select_from(pet_table.outerjoin(keepership_table, _OPEN))


def card_of(row: Any) -> PetCard:
    return PetCard(
        pet_id=row.id,
        name=row.name,
        species=row.species,
        breed=row.breed,
        crossbred=row.crossbred,
        breed_other=row.breed_other,
        sex=row.sex,
        birth=Birth(on=row.born, precision=row.born_precision),
        colour=row.colour,
        coat=row.coat,
        size_class=row.size_class,
        state=row.state,
        deceased_on=row.deceased_on,
        cover=row.cover,
        keeper_id=row.keeper_id,
        keeper_shop_id=row.keeper_shop_id,
        version=row.version,
    )


async def cards(connection: AsyncConnection, pet_ids: Collection[UUID]) -> dict[UUID, PetCard]:
    """Who these pets are."""
    if not pet_ids:
        return {}
    found = await connection.execute(_CARDS.where(pet.id.in_(set(pet_ids))))
    return {row.id: card_of(row) for row in found}


def _mine(person_id: UUID, shops: Collection[UUID]) -> sa.ColumnElement[bool]:
    own = keepership.person_id == person_id
    return sa.or_(own, keepership.shop_id.in_(set(shops))) if shops else own


async def pets_of(
    connection: AsyncConnection, person_id: UUID, shops: Collection[UUID] = ()
) -> list[tuple[PetCard, str]]:
    """The pets that a person (or a shop it works for) keeps or may see, with the right; the living first, by name."""
    shared = sa.and_(co_keeper.pet_id == pet.id, co_keeper.person_id == person_id)
    statement = (
        sa.select(*_CARD, co_keeper.right)
        .select_from(pet_table.outerjoin(keepership_table, _OPEN).outerjoin(co_keeper_table, shared))
        .where(sa.or_(_mine(person_id, shops), co_keeper.person_id.is_not(None)))
        .order_by(pet.state == lists.DECEASED, pet.name, pet.id)
    )
    rows = (await connection.execute(statement)).all()
    return [(card_of(r), lists.KEEPER if _keeps(r, person_id, shops) else r.right or "") for r in rows]


def _keeps(row: Any, person_id: UUID | None, shops: Collection[UUID]) -> bool:
    return (row.keeper_id is not None and row.keeper_id == person_id) or (
        row.keeper_shop_id is not None and row.keeper_shop_id in shops
    )


@attrs.frozen(kw_only=True)
class Tie:
    """What binds somebody to a pet. ``right`` is empty for a stranger; ``former``: kept it once."""

    row: sa.Row[Any]
    right: str
    former: bool
    since: datetime


async def tie(
    connection: AsyncConnection, pet_id: UUID, person_id: UUID | None, shops: Collection[UUID], *, lock: bool = False
) -> Tie | None:
    """A pet's row and what ties the asker to it; none for an unknown pet. ``lock`` holds the row until the end."""
    wanted = sa.select(pet_table).where(pet.id == pet_id)
    row = (await connection.execute(wanted.with_for_update() if lock else wanted)).first()
    if row is None:
        return None
    mine: list[sa.ColumnElement[bool]] = [keepership.shop_id.in_(set(shops))] if shops else []
    if person_id is not None:
        mine.append(keepership.person_id == person_id)
    kept: Rows = ()
    if mine:
        asked = sa.select(keepership.since, keepership.until).where(keepership.pet_id == pet_id, sa.or_(*mine))
        kept = (await connection.execute(asked)).all()
    now = next((k for k in kept if k.until is None), None)
    if now is not None:
        return Tie(row=row, right=lists.KEEPER, former=False, since=now.since)
    if person_id is not None:
        asked = sa.select(co_keeper.right, co_keeper.since).where(
            co_keeper.pet_id == pet_id, co_keeper.person_id == person_id
        )
        with_others = (await connection.execute(asked)).first()
        if with_others is not None:
            return Tie(row=row, right=with_others.right, former=False, since=with_others.since)
    return Tie(row=row, right="", former=bool(kept), since=row.created_at)


async def keeper_of(connection: AsyncConnection, pet_id: UUID) -> sa.Row[Any] | None:
    """The open keepership: ``id``, ``person_id``, ``shop_id``, ``since``."""
    asked = sa.select(keepership_table).where(keepership.pet_id == pet_id, keepership.until.is_(None))
    return (await connection.execute(asked)).first()


async def people_with(connection: AsyncConnection, pet_id: UUID) -> Rows:
    """The co-keepers: ``person_id``, ``right``, ``since``."""
    asked = sa.select(co_keeper_table).where(co_keeper.pet_id == pet_id).order_by(co_keeper.since)
    return (await connection.execute(asked)).all()


async def open_offers(connection: AsyncConnection, pet_id: UUID, now: datetime) -> Rows:
    t = transfer_table.c
    asked = sa.select(t.id, t.right, t.ends_at).where(
        t.pet_id == pet_id, t.accepted_at.is_(None), t.withdrawn_at.is_(None), t.ends_at > now
    )
    return (await connection.execute(asked.order_by(t.offered_at))).all()


async def marks_of(connection: AsyncConnection, pet_id: UUID) -> list[MarkView]:
    t = mark_table.c
    asked = sa.select(t.id, t.kind, t.value, t.on_day, t.site, t.live).where(t.pet_id == pet_id).order_by(t.at, t.id)
    return [MarkView(**row._mapping) for row in await connection.execute(asked)]


async def pet_with_chip(connection: AsyncConnection, chip: str) -> UUID | None:
    t = mark_table.c
    asked = sa.select(t.pet_id).where(t.kind == lists.CHIP, t.value == chip, t.live)
    return (await connection.execute(asked)).scalar_one_or_none()


# ── body and health ──────────────────────────────────────────────────────────────────────────────


async def weights_of(connection: AsyncConnection, pet_id: UUID) -> list[WeightSeen]:
    """Every weighing, oldest first."""
    asked = sa.select(weight_table).where(weight.pet_id == pet_id).order_by(weight.at, weight.recorded_at, weight.id)
    return [_weight(row) for row in await connection.execute(asked)]


async def latest_weights(connection: AsyncConnection, pet_ids: Collection[UUID]) -> dict[UUID, WeightSeen]:
    """The last weighing of each pet that is no mistake."""
    if not pet_ids:
        return {}
    place = sa.func.row_number().over(
        partition_by=weight.pet_id, order_by=(weight.at.desc(), weight.recorded_at.desc(), weight.id.desc())
    )
    ranked = (
        sa.select(weight_table, place.label("place"))
        .where(weight.pet_id.in_(set(pet_ids)), weight.mistake_at.is_(None))
        .subquery()
    )
    rows = await connection.execute(sa.select(ranked).where(ranked.c.place == 1))
    return {row.pet_id: _weight(row) for row in rows}


def _weight(row: Any) -> WeightSeen:
    return WeightSeen(
        weight_id=row.id,
        grams=row.grams,
        at=row.at,
        source=row.source,
        method=row.method,
        shop_id=row.shop_id,
        by_person_id=row.by_person_id,
        body_condition=row.body_condition,
        mistaken=row.mistake_at is not None,
        mistake_reason=row.mistake_reason,
    )


_DOSE = tuple(a.name for a in attrs.fields(DoseGiven) if a.name != "dose_id")


def _dose(row: Any) -> DoseGiven:
    return DoseGiven(dose_id=row.id, **{name: getattr(row, name) for name in _DOSE})


async def doses_of(connection: AsyncConnection, pet_ids: Collection[UUID]) -> dict[UUID, list[DoseGiven]]:
    """The doses of these pets, oldest first."""
    found: dict[UUID, list[DoseGiven]] = defaultdict(list)
    if pet_ids:
        asked = sa.select(dose_table).where(dose.pet_id.in_(set(pet_ids))).order_by(dose.given_on, dose.id)
        for row in await connection.execute(asked):
            found[row.pet_id].append(_dose(row))
    return found


async def dose_by_id(connection: AsyncConnection, dose_id: UUID) -> DoseGiven | None:
    row = (await connection.execute(sa.select(dose_table).where(dose.id == dose_id))).first()
    return _dose(row) if row else None


async def protocols(connection: AsyncConnection) -> Protocols:
    """The shipped timetables and the versions that a vet of this site wrote."""
    shipped = {p.name: p for p in SHIPPED}
    rows = await connection.execute(sa.select(protocol_table).order_by(protocol_table.c.name, protocol_table.c.version))
    later = [revised(shipped[r.name], r.version, r.rules, r.source, r.dated) for r in rows.all() if r.name in shipped]
    return Protocols((*SHIPPED, *later))


async def allergies_of(connection: AsyncConnection, pet_id: UUID) -> list[Allergy]:
    t = allergy_table.c
    asked = sa.select(allergy_table).where(t.pet_id == pet_id, t.ended_at.is_(None)).order_by(t.at, t.id)
    return [
        Allergy(allergy_id=r.id, substance=r.substance, severity=r.severity, reaction=r.reaction, is_class=r.is_class)
        for r in await connection.execute(asked)
    ]


async def conditions_of(connection: AsyncConnection, pet_id: UUID) -> list[Condition]:
    t = condition_table.c
    asked = sa.select(condition_table).where(t.pet_id == pet_id, t.ended_at.is_(None)).order_by(t.at, t.id)
    return [
        Condition(
            condition_id=r.id, kind=r.kind, what=r.what, details=r.details, since=r.since, runs_out_on=r.runs_out_on
        )
        for r in await connection.execute(asked)
    ]


async def behaviours_of(connection: AsyncConnection, pet_ids: Collection[UUID]) -> dict[UUID, list[BehaviourFlag]]:
    found: dict[UUID, list[BehaviourFlag]] = defaultdict(list)
    t = behaviour_table.c
    if pet_ids:
        asked = sa.select(t.pet_id, t.code, t.comment).where(t.pet_id.in_(set(pet_ids)), t.ended_at.is_(None))
        for row in await connection.execute(asked.order_by(t.code)):
            found[row.pet_id].append(BehaviourFlag(code=row.code, comment=row.comment))
    return found


# ── the record ───────────────────────────────────────────────────────────────────────────────────


def _entry(row: Any) -> TimelineEntry:
    return TimelineEntry(
        entry_id=row.id,
        pet_id=row.pet_id,
        at=row.at,
        kind=row.kind,
        title=row.title,
        facts=row.facts,
        scope=row.scope,
        link=row.link,
        shop_id=row.shop_id,
    )


async def timeline_of(
    connection: AsyncConnection,
    pet_id: UUID,
    *,
    scopes: Collection[str] | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[TimelineEntry]:
    """What happened, latest first; ``scopes`` limits it to what a reader may see."""
    t = timeline_table.c
    asked = sa.select(timeline_table).where(t.pet_id == pet_id)
    if scopes is not None:
        asked = asked.where(t.scope.in_(set(scopes)))
    if before is not None:
        asked = asked.where(
            sa.tuple_(t.at, t.id) < sa.tuple_(sa.literal(before[0], t.at.type), sa.literal(before[1], t.id.type))
        )
    rows = await connection.execute(asked.order_by(t.at.desc(), t.id.desc()).limit(limit))
    return [_entry(row) for row in rows]


async def groomed_on(connection: AsyncConnection, pet_ids: Collection[UUID]) -> dict[UUID, list[date]]:
    """The days of visits to groomers, for the rhythm."""
    t = timeline_table.c
    found: dict[UUID, list[date]] = defaultdict(list)
    if pet_ids:
        asked = sa.select(t.pet_id, t.at).where(t.pet_id.in_(set(pet_ids)), t.kind == "grooming").order_by(t.at)
        for row in await connection.execute(asked):
            found[row.pet_id].append(row.at.date())
    return found


async def running_out(connection: AsyncConnection, pet_ids: Collection[UUID]) -> dict[UUID, list[tuple[str, date]]]:
    t = condition_table.c
    found: dict[UUID, list[tuple[str, date]]] = defaultdict(list)
    if pet_ids:
        asked = sa.select(t.pet_id, t.what, t.runs_out_on).where(
            t.pet_id.in_(set(pet_ids)), t.runs_out_on.is_not(None), t.ended_at.is_(None)
        )
        for row in await connection.execute(asked.order_by(t.runs_out_on)):
            found[row.pet_id].append((row.what, row.runs_out_on))
    return found


def grant_of(row: Any) -> Grant:
    return Grant(
        grant_id=row.id,
        pet_id=row.pet_id,
        shop_id=row.shop_id,
        scopes=tuple(row.scopes.split()),
        purpose=row.purpose,
        starts_at=row.starts_at,
        expires_on=row.expires_on,
        revoked_at=row.revoked_at,
        origin=row.origin,
    )


def live_grants(now: datetime, today: date) -> sa.ColumnElement[bool]:
    """What :meth:`Grant.is_live` says, for the database."""
    return sa.and_(
        grant.starts_at <= now,
        sa.or_(grant.revoked_at.is_(None), grant.revoked_at > now),
        sa.or_(grant.expires_on.is_(None), grant.expires_on >= today),
    )


async def grants_of(connection: AsyncConnection, pet_id: UUID) -> list[Grant]:
    """Every grant for a pet, the latest first."""
    asked = sa.select(grant_table).where(grant.pet_id == pet_id).order_by(grant.starts_at.desc(), grant.id.desc())
    return [grant_of(row) for row in await connection.execute(asked)]


async def grant_for(
    connection: AsyncConnection,
    pet_id: UUID,
    shops: Collection[UUID],
    scope: str,
    now: datetime,
    today: date,
) -> Grant | None:
    """A living grant of one of these shops that covers ``scope`` (``identity``: any)."""
    if not shops:
        return None
    asked = sa.select(grant_table).where(grant.pet_id == pet_id, grant.shop_id.in_(set(shops)), live_grants(now, today))
    if scope != lists.IDENTITY:
        asked = asked.where(grant.scopes.like(f"% {scope} %"))
    row = (await connection.execute(asked.order_by(grant.starts_at.desc(), grant.id).limit(1))).first()
    return grant_of(row) if row else None


async def shared_with(
    connection: AsyncConnection, shops: Collection[UUID], now: datetime, today: date, limit: int = 200
) -> Rows:
    """The pets that are shared with these shops just now, by name, with their grants."""
    if not shops:
        return ()
    asked = (
        sa.select(
            pet.id.label("pet_id"),
            pet.name,
            pet.species,
            pet.breed,
            pet.cover,
            grant.shop_id,
            grant.scopes,
            grant.expires_on,
        )
        .join_from(grant_table, pet_table, pet.id == grant.pet_id)
        .where(grant.shop_id.in_(set(shops)), live_grants(now, today))
        .order_by(pet.name, pet.id, grant.shop_id, grant.starts_at)
        .limit(limit)
    )
    return (await connection.execute(asked)).all()


async def waiting_doses(
    connection: AsyncConnection, shops: Collection[UUID], now: datetime, today: date, limit: int = 100
) -> Rows:
    """Doses that wait to be checked, of pets whose vaccinations are shared with these shops; longest waiting first."""
    if not shops:
        return ()
    held = (
        sa.select(sa.func.min(sa.cast(grant.shop_id, sa.String)))
        .where(
            grant.pet_id == dose.pet_id,
            grant.shop_id.in_(set(shops)),
            live_grants(now, today),
            grant.scopes.like("% vaccinations %"),
        )
        .correlate(dose_table)
        .scalar_subquery()
    )
    asked = (
        sa.select(dose_table, pet.name.label("pet_name"), pet.species, held.label("for_shop"))
        .join_from(dose_table, pet_table, pet.id == dose.pet_id)
        .where(dose.state == lists.AWAITING, held.is_not(None))
        .order_by(dose.recorded_at, dose.id)
        .limit(limit)
    )
    return (await connection.execute(asked)).all()


async def reads_of(
    connection: AsyncConnection, pet_id: UUID, before: tuple[datetime, UUID] | None = None, limit: int = 50
) -> Rows:
    """Who read what, latest first."""
    t = read_table.c
    asked = sa.select(read_table).where(t.pet_id == pet_id)
    if before is not None:
        asked = asked.where(
            sa.tuple_(t.at, t.id) < sa.tuple_(sa.literal(before[0], t.at.type), sa.literal(before[1], t.id.type))
        )
    return (await connection.execute(asked.order_by(t.at.desc(), t.id.desc()).limit(limit))).all()


# ── reminders ────────────────────────────────────────────────────────────────────────────────────


async def to_remind(connection: AsyncConnection, after: UUID | None, limit: int) -> list[PetCard]:
    """The next living pets whose keepers are people and want reminders, by id."""
    asked = _CARDS.where(pet.state != lists.DECEASED, pet.reminders, keepership.person_id.is_not(None))
    if after is not None:
        asked = asked.where(pet.id > after)
    return [card_of(row) for row in await connection.execute(asked.order_by(pet.id).limit(limit))]


async def reminded(connection: AsyncConnection, pet_ids: Collection[UUID]) -> set[tuple[UUID, str, date, int]]:
    """The keys that are there already."""
    t = reminder_table.c
    asked = sa.select(t.pet_id, t.protocol, t.due_on, t.days).where(t.pet_id.in_(set(pet_ids)))
    return {(r.pet_id, r.protocol, r.due_on, r.days) for r in await connection.execute(asked)}


# ── people's data ────────────────────────────────────────────────────────────────────────────────

_PER_PET = (mark_table, weight_table, allergy_table, condition_table, behaviour_table, dose_table, grant_table)
_RECORD = (*_PER_PET, read_table, timeline_table)


async def export(connection: AsyncConnection, person_id: UUID) -> dict[str, Any]:
    """The file of each pet that a person keeps, and what the person wrote into those of others, as plain values."""
    kept = sa.select(keepership.pet_id).where(keepership.person_id == person_id, keepership.until.is_(None))
    pets = (await connection.execute(sa.select(pet_table).where(pet.id.in_(kept)).order_by(pet.id))).mappings()
    told: dict[str, Any] = {"pets": [_plain(row) for row in pets]}
    for table in _RECORD:
        mine = sa.or_(table.c.pet_id.in_(kept), table.c.by_person_id == person_id)
        rows = (await connection.execute(sa.select(table).where(mine).order_by(table.c.id))).mappings()
        told[table.name.removeprefix("pets_")] = [_plain(row) for row in rows]
    for table in (keepership_table, co_keeper_table):
        rows = (await connection.execute(sa.select(table).where(table.c.person_id == person_id))).mappings()
        told[table.name.removeprefix("pets_")] = [_plain(row) for row in rows]
    checked = sa.select(dose.id, dose.checked_at, dose.check_reason).where(dose.checked_by_id == person_id)
    told["checked"] = [_plain(row) for row in (await connection.execute(checked)).mappings()]
    return told


_HIDDEN = {"digest", "by_person_id", "checked_by_id"}


def _plain(row: Any) -> dict[str, Any]:
    return {name: _value(value) for name, value in row.items() if name not in _HIDDEN and value not in (None, "")}


def _value(value: Any) -> Any:
    return value if isinstance(value, str | int | bool | list | dict) else str(value)
