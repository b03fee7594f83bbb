"""Reads: about people, and about who is signed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.domain import (
    CHANGE_EMAIL,
    CODES,
    SIGN_IN_BY_MAIL,
    SIGN_IN_IDLE,
    device_of,
    folded,
    furthest,
    lookup_of,
    region_of,
)
from marketplace_kit.accounts.schemas import (
    AccessRow,
    AddressRow,
    ConsentRow,
    Contact,
    ExportRow,
    Location,
    Me,
    PersonDetails,
    PersonRow,
    PhoneForm,
    Recognised,
    SignInRow,
    StageRow,
    StoredPassword,
    ToProve,
)
from marketplace_kit.accounts.tables import access_table as access
from marketplace_kit.accounts.tables import address_table as address
from marketplace_kit.accounts.tables import consent_table as consent
from marketplace_kit.accounts.tables import export_table as export_row
from marketplace_kit.accounts.tables import person_table as person
from marketplace_kit.accounts.tables import role_table as role
from marketplace_kit.accounts.tables import sign_in_table as sign_in
from marketplace_kit.accounts.tables import stage_table as stage
from marketplace_kit.accounts.tables import token_table as token
from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.database import UtcDateTime
from marketplace_kit.kernel.errors import Invalid
from marketplace_kit.kernel.fields import parse
from marketplace_kit.web.paging import Page, decode_cursor, encode_cursor


def alive(now: datetime) -> sa.ColumnElement[bool]:
    """A sign-in that counts: not ended, not idle too long, of its person's present epoch, that person active."""
    return _alive(now, now - SIGN_IN_IDLE)


def _alive(now: Any, idle_since: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        sign_in.c.ended_at.is_(None),
        sign_in.c.ends_at > now,
        sign_in.c.seen_at > idle_since,
        sign_in.c.epoch == person.c.epoch,
        person.c.deactivated_at.is_(None),
    )


_SIGNED_IN = (
    sa.select(person.c.id, sign_in.c.id, person.c.name, person.c.locale, person.c.epoch, sign_in.c.seen_at, role.c.role)
    .join_from(sign_in, person)
    .outerjoin(role, role.c.person_id == person.c.id)
    .where(_alive(sa.bindparam("now", type_=UtcDateTime), sa.bindparam("idle_since", type_=UtcDateTime)))
)
_BY_COOKIE = _SIGNED_IN.where(sign_in.c.digest == sa.bindparam("which"))
_BY_ID = _SIGNED_IN.where(sign_in.c.id == sa.bindparam("which"))


async def recognise(
    connection: AsyncConnection, now: datetime, *, digest: str | None = None, session_id: UUID | None = None
) -> Recognised | None:
    """Whose live sign-in this is, with their roles, in one statement; by the cookie's digest or by its id."""
    by, which = (_BY_COOKIE, digest) if digest is not None else (_BY_ID, session_id)
    given = {"which": which, "now": now, "idle_since": now - SIGN_IN_IDLE}
    rows = await prepared.rows(connection, by, given)
    if not rows:
        return None
    person_id, found_id, name, locale, epoch, seen_at, _ = rows[0]
    roles = frozenset(r[6] for r in rows if r[6])
    return Recognised(
        person_id=person_id, session_id=found_id, name=name, locale=locale, epoch=epoch, seen_at=seen_at, roles=roles
    )


async def stored_password(
    connection: AsyncConnection, email_lookup: str | None, phone: str | None
) -> StoredPassword | None:
    """What somebody who signs in must know; ``usable`` is false for a deactivated account, or an address not proved.

    A phone number finds whoever proved it: claims are nobody's.
    """
    columns = (person.c.id, person.c.password_hash, person.c.email_verified_at, person.c.deactivated_at)
    if email_lookup:
        which = person.c.email_lookup == email_lookup
    else:
        which = sa.and_(person.c.phone == phone, person.c.phone_verified_at.is_not(None))
    found = (await connection.execute(sa.select(*columns).where(which))).first()
    if found is None:
        return None
    usable = found.deactivated_at is None and (not email_lookup or found.email_verified_at is not None)
    return StoredPassword(person_id=found.id, password_hash=found.password_hash, usable=usable)


async def password_of(connection: AsyncConnection, person_id: UUID) -> str | None:
    """The stored hash, to check a password that somebody types again."""
    found = await connection.execute(sa.select(person.c.password_hash).where(person.c.id == person_id))
    return found.scalar_one_or_none()


async def is_last_admin(connection: AsyncConnection, person_id: UUID) -> bool:
    """Whether this person is an admin and no other active one is there."""
    admins = sa.select(role.c.person_id).join(person, person.c.id == role.c.person_id)
    active = admins.where(role.c.role == "admin", person.c.deactivated_at.is_(None))
    found = set((await connection.execute(active)).scalars())
    return found == {person_id}


async def secrets_to_send(connection: AsyncConnection, token_ids: Sequence[UUID], now: datetime) -> dict[UUID, ToProve]:
    """Where the links and codes of these tokens have to go, if it is to a certain address and not to the person's
    present one; ``live`` says whether each is still good for anything. For rooms that send.
    """
    if not token_ids:
        return {}
    found = await connection.execute(sa.select(token).where(token.c.id.in_(set(token_ids))))
    return {
        row.id: ToProve(
            to=row.subject if row.purpose in {CHANGE_EMAIL, *CODES} - {SIGN_IN_BY_MAIL} else None,
            is_code=row.purpose in CODES,
            live=row.used_at is None and row.expires_at > now,
        )
        for row in found
    }


async def home_city_of(connection: AsyncConnection, person_id: UUID) -> str:
    """The city in somebody's profile, as they wrote it; empty if they did not."""
    found = await connection.execute(sa.select(person.c.city).where(person.c.id == person_id))
    return found.scalar() or ""


async def person_named(connection: AsyncConnection, person_id: UUID) -> Me | None:
    """A person as they see themselves, in one statement for the person, their roles and their stage."""
    statement = (
        sa.select(person, role.c.role, stage.c.stage)
        .outerjoin(role, role.c.person_id == person.c.id)
        .outerjoin(stage, stage.c.person_id == person.c.id)
    )
    rows = (await connection.execute(statement.where(person.c.id == person_id).order_by(role.c.role))).all()
    if not rows:
        return None
    first = rows[0]
    located = first.located_at is not None
    return Me(
        id=first.id,
        name=first.name,
        email=first.email,
        email_verified=first.email_verified_at is not None,
        phone=first.phone,
        phone_verified=first.phone_verified_at is not None,
        phone_region=region_of(first.phone) if first.phone else None,
        is_verified=first.email_verified_at is not None or first.phone_verified_at is not None,
        locale=first.locale,
        currency=first.currency,
        country=first.country,
        city=first.city,
        about=first.about,
        interests=list(first.interests or ()),
        location=Location(lat=first.lat, lon=first.lon, at=first.located_at) if located else None,
        status=furthest({r.stage for r in rows if r.stage}),
        roles=sorted({r.role for r in rows if r.role}),
        created_at=first.created_at,
    )


async def stages_of(connection: AsyncConnection, person_ids: Sequence[UUID]) -> dict[UUID, str]:
    """How far each of these people has come; one statement."""
    noted: dict[UUID, set[str]] = {one: set() for one in person_ids}
    found = await connection.execute(sa.select(stage).where(stage.c.person_id.in_(set(person_ids))))
    for row in found:
        noted[row.person_id].add(row.stage)
    return {one: furthest(stages) for one, stages in noted.items()}


async def addresses_of(connection: AsyncConnection, person_id: UUID) -> list[AddressRow]:
    """A person's addresses, the one used by default first."""
    order = (address.c.is_default.desc(), address.c.created_at, address.c.id)
    rows = await connection.execute(sa.select(address).where(address.c.person_id == person_id).order_by(*order))
    return [AddressRow(**{n: v for n, v in r._mapping.items() if n not in {"person_id", "created_at"}}) for r in rows]


async def consent_history_of(connection: AsyncConnection, person_id: UUID) -> list[ConsentRow]:
    """Every consent given and taken back, newest first."""
    statement = (
        sa.select(consent).where(consent.c.person_id == person_id).order_by(consent.c.at.desc(), consent.c.id.desc())
    )
    rows = (await connection.execute(statement)).mappings()
    return [ConsentRow(**{n: v for n, v in row.items() if n not in {"id", "person_id"}}) for row in rows]


async def consents_of(connection: AsyncConnection, person_id: UUID) -> list[ConsentRow]:
    """How it stands with each purpose now."""
    newest: dict[str, ConsentRow] = {}
    for row in await consent_history_of(connection, person_id):
        newest.setdefault(row.purpose, row)
    return [newest[purpose] for purpose in sorted(newest)]


async def agreed_to(connection: AsyncConnection, person_ids: Sequence[UUID], purpose: str) -> set[UUID]:
    """Which of these people agree to a purpose now; for rooms that send offers."""
    mine = sa.and_(consent.c.person_id.in_(set(person_ids)), consent.c.purpose == purpose)
    place = sa.func.row_number().over(
        partition_by=consent.c.person_id, order_by=(consent.c.at.desc(), consent.c.id.desc())
    )
    ranked = sa.select(consent.c.person_id, consent.c.given, place.label("place")).where(mine).subquery()
    found = await connection.execute(sa.select(ranked.c.person_id).where(ranked.c.place == 1, ranked.c.given))
    return set(found.scalars())


async def accesses_of(
    connection: AsyncConnection, person_id: UUID, *, cursor: str | None = None, limit: int = 20
) -> Page[AccessRow]:
    """Who of the staff looked at a person's data, newest first."""
    by = person.alias("by_person")
    statement = sa.select(access, by.c.name.label("by_name")).join(by, by.c.id == access.c.by_id)
    statement = statement.where(access.c.person_id == person_id).order_by(access.c.id.desc()).limit(limit + 1)
    if cursor:
        statement = statement.where(access.c.id < decode_cursor(cursor, tuple[UUID])[0])
    rows = (await connection.execute(statement)).all()
    items = [AccessRow(by=r.by_name, what=r.what, at=r.at) for r in rows[:limit]]
    return Page(items=items, next=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None)


async def exports_of(connection: AsyncConnection, person_id: UUID, now: datetime) -> list[ExportRow]:
    """The exports that somebody asked for and that can still be fetched, newest first."""
    mine = sa.and_(export_row.c.person_id == person_id, export_row.c.expires_at > now)
    rows = await connection.execute(sa.select(export_row).where(mine).order_by(export_row.c.id.desc()))
    return [
        ExportRow(id=r.id, asked_at=r.asked_at, ready_at=r.ready_at, expires_at=r.expires_at, size=r.size) for r in rows
    ]


async def export_file(connection: AsyncConnection, export_id: UUID, now: datetime, owner: UUID | None) -> str | None:
    """The key of an export's file, for its owner and in time."""
    which = sa.and_(export_row.c.id == export_id, export_row.c.person_id == owner, export_row.c.expires_at > now)
    found = await connection.execute(sa.select(export_row.c.file).where(which, export_row.c.ready_at.is_not(None)))
    return found.scalar_one_or_none()


async def asked_export(connection: AsyncConnection, export_id: UUID) -> UUID | None:
    """Whose export this is, while it waits to be made."""
    waiting = sa.and_(export_row.c.id == export_id, export_row.c.ready_at.is_(None))
    found = await connection.execute(sa.select(export_row.c.person_id).where(waiting))
    return found.scalar_one_or_none()


async def expired_exports(connection: AsyncConnection, now: datetime) -> list[tuple[UUID, str | None]]:
    """Exports whose time is over, with their files."""
    found = await connection.execute(
        sa.select(export_row.c.id, export_row.c.file).where(export_row.c.expires_at <= now)
    )
    return [(row.id, row.file) for row in found]


async def contact_of(connection: AsyncConnection, person_id: UUID) -> Contact | None:
    """How to reach a person, as it is at this moment."""
    found = (await connection.execute(sa.select(person).where(person.c.id == person_id))).first()
    if found is None:
        return None
    return Contact(
        person_id=found.id,
        name=found.name,
        locale=found.locale,
        active=found.deactivated_at is None,
        email=found.email,
        email_verified=found.email_verified_at is not None,
        phone=found.phone,
        phone_verified=found.phone_verified_at is not None,
    )


async def names_of(connection: AsyncConnection, person_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What to call these people, in one statement; an erased or unknown person is left out."""
    if not person_ids:
        return {}
    found = await connection.execute(sa.select(person.c.id, person.c.name).where(person.c.id.in_(set(person_ids))))
    return {row.id: row.name for row in found if row.name}


async def person_id_by_email(connection: AsyncConnection, email_lookup: str) -> UUID | None:
    found = await connection.execute(sa.select(person.c.id).where(person.c.email_lookup == email_lookup))
    return found.scalar_one_or_none()


async def person_id_by_contact(connection: AsyncConnection, contact: str) -> UUID | None:
    """Who has this e-mail address, or has proved this phone number, however it is written."""
    if "@" in contact:
        return await person_id_by_email(connection, lookup_of(contact))
    try:
        phone = parse(PhoneForm, {"phone": contact}).phone
    except Invalid:
        return None
    proved = sa.and_(person.c.phone == phone, person.c.phone_verified_at.is_not(None))
    return (await connection.execute(sa.select(person.c.id).where(proved))).scalar_one_or_none()


async def sign_ins_of(
    connection: AsyncConnection, person_id: UUID, now: datetime, current: UUID | None = None
) -> list[SignInRow]:
    """The devices a person is signed in on, last used first."""
    columns = (
        sign_in.c.id,
        sign_in.c.agent,
        sign_in.c.address,
        sign_in.c.created_at,
        sign_in.c.seen_at,
        sign_in.c.ends_at,
    )
    statement = sa.select(*columns).join_from(sign_in, person).where(sign_in.c.person_id == person_id, alive(now))
    rows = await connection.execute(statement.order_by(sign_in.c.seen_at.desc(), sign_in.c.id.desc()))
    return [SignInRow(**row._mapping, device=device_of(row.agent), current=row.id == current) for row in rows]


async def people(
    connection: AsyncConnection,
    *,
    wanted_role: str | None = None,
    q: str = "",
    cursor: str | None = None,
    limit: int = 20,
) -> Page[PersonRow]:
    """Everybody, newest first: three statements however many there are. ``q`` is the beginning of a name's word, of an
    e-mail address or of a phone number, or any four digits of one.
    """
    statement = sa.select(person).order_by(person.c.id.desc()).limit(limit + 1)
    if cursor:
        (last,) = decode_cursor(cursor, tuple[UUID])
        statement = statement.where(person.c.id < last)
    if wanted_role:
        statement = statement.where(person.c.id.in_(sa.select(role.c.person_id).where(role.c.role == wanted_role)))
    if q.strip():
        statement = statement.where(_looked_for(q.strip()))
    rows = (await connection.execute(statement)).all()
    shown = rows[:limit]
    ids = [r.id for r in shown]
    roles, stages = await _roles_of(connection, ids), await stages_of(connection, ids)
    items = [_listed(r, roles.get(r.id, []), stages[r.id]) for r in shown]
    return Page(items=items, next=encode_cursor(shown[-1].id) if len(rows) > limit else None)


def _looked_for(q: str) -> sa.ColumnElement[bool]:
    name, digits = folded(q), "".join(c for c in q if c.isdigit())
    ways = [
        person.c.name_lookup.startswith(name, autoescape=True),
        person.c.name_lookup.contains(f" {name}", autoescape=True),
        person.c.email_lookup.startswith(lookup_of(q), autoescape=True),
    ]
    # 8 701 and +7 701 are one number here.
    if len(digits) >= 4 and not any(c.isalpha() for c in q):
        inner = digits[1:] if len(digits) > 4 and digits[0] in "78" else digits
        ways.append(person.c.phone.contains(inner, autoescape=True))
    return sa.or_(*ways)


async def person_for_admin(connection: AsyncConnection, person_id: UUID, now: datetime) -> PersonDetails | None:
    """A person as an admin sees them: three statements."""
    me = await person_named(connection, person_id)
    if me is None:
        return None
    here = (
        sa.select(sa.func.count()).select_from(sign_in.join(person)).where(sign_in.c.person_id == person_id, alive(now))
    )
    columns = (person.c.deactivated_at, here.scalar_subquery().label("sessions"))
    found = (await connection.execute(sa.select(*columns).where(person.c.id == person_id))).one()
    noted = sa.select(stage.c.source, stage.c.stage, stage.c.noted_at).where(stage.c.person_id == person_id)
    steps = await connection.execute(noted.order_by(stage.c.noted_at.desc(), stage.c.source))
    return PersonDetails(
        **msgspec.structs.asdict(me),
        active=found.deactivated_at is None,
        deactivated_at=found.deactivated_at,
        sessions=found.sessions,
        stages=[StageRow(source=r.source, stage=r.stage, noted_at=r.noted_at) for r in steps],
    )


def _listed(row: Any, roles: list[str], status: str) -> PersonRow:
    return PersonRow(
        id=row.id,
        name=row.name,
        email=row.email,
        phone=row.phone,
        verified=row.email_verified_at is not None or row.phone_verified_at is not None,
        active=row.deactivated_at is None,
        status=status,
        roles=roles,
        created_at=row.created_at,
    )


async def _roles_of(connection: AsyncConnection, person_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    statement = sa.select(role.c.person_id, role.c.role).where(role.c.person_id.in_(person_ids)).order_by(role.c.role)
    for row in await connection.execute(statement):
        found.setdefault(row.person_id, []).append(row.role)
    return found


async def export(connection: AsyncConnection, person_id: UUID) -> dict[str, Any]:
    """Everything this room keeps about a person, as plain values, without secrets and digests."""
    hidden = {"password_hash", "name_lookup", "email_lookup", "epoch", "version"}
    columns = [c for c in person.c if c.name not in hidden]
    owner = (await connection.execute(sa.select(*columns).where(person.c.id == person_id))).mappings().first()
    parts: dict[str, Any] = {"person": _plain(owner) if owner else None}
    listed: dict[str, tuple[sa.Table, tuple[str, ...]]] = {
        "roles": (role, ("role", "granted_at")),
        "consents": (consent, tuple(c.name for c in consent.c if c.name not in {"id", "person_id"})),
        "addresses": (address, ("label", "street", "apartment", "city", "country", "postcode", "note", "is_default")),
        "stages": (stage, ("source", "stage", "noted_at")),
        "seen_by_staff": (access, ("what", "at")),
        "sign_ins": (sign_in, ("agent", "address", "created_at", "seen_at", "ended_at")),
    }
    for name, (table, wanted) in listed.items():
        chosen = sa.select(*(table.c[w] for w in wanted)).where(table.c.person_id == person_id)
        parts[name] = [_plain(r) for r in (await connection.execute(chosen)).mappings()]
    return parts


def _plain(row: Any) -> dict[str, Any]:
    kept = (str, int, float, bool, list, type(None))
    as_text = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in row.items()}
    return {k: v if isinstance(v, kept) else str(v) for k, v in as_text.items()}
