"""People as such: making them, their roles, what they change about themselves."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.accounts.domain import (
    ROLES,
    ContactTaken,
    LastAdmin,
    Person,
    UnknownRole,
    check_password,
    lookup_of,
)
from marketplace_kit.accounts.queries import is_last_admin
from marketplace_kit.accounts.schemas import NewPerson, Preferences, Profile
from marketplace_kit.accounts.services.consents import record_consent
from marketplace_kit.accounts.services.passwords import Passwords
from marketplace_kit.accounts.tables import role_table as role
from marketplace_kit.kernel.database import violated
from marketplace_kit.kernel.dialects import in_line
from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_

STAFF = {"admin", "operator"}
"""Roles that open other people's data: whoever gets or loses one signs in anew."""
CONTACTS = {"uq_person_email_lookup", "uq_person_phone"}
"""The constraints that let an address belong to one person."""


async def create_person(
    site: Site,
    *,
    name: str,
    email: str = "",
    phone: str = "",
    password: str,
    roles: Sequence[str] = (),
    locale: str = "",
) -> UUID:
    """A person with a proved address, made by whoever runs the site; everybody is a customer as well.

    Refuses :class:`ContactTaken`, :class:`UnknownRole`, and what the registration form would refuse.
    """
    locale = locale or site.settings.of(SiteSettings).locale
    raw = {"name": name, "email": email or None, "phone": phone or None, "password": password, "locale": locale}
    given = parse(NewPerson, raw | {"accept_terms": True})
    check_password(given.password, given.email, given.phone, given.name)
    hashed = await site.facility(Passwords).hash(given.password)
    try:
        return await site.do(_create, given, hashed, tuple(roles))
    except IntegrityError as refused:
        if violated(refused) in CONTACTS:
            raise ContactTaken from refused
        raise


async def _create(uow: UnitOfWork, given: NewPerson, hashed: str, roles: tuple[str, ...]) -> UUID:
    person = new_person(given, hashed, uow)
    person.email_verified_at = uow.at if person.email else None
    person.phone_verified_at = uow.at if person.phone else None
    await store_new(uow, person, way="by_the_operator")
    for wanted in roles:
        await grant_role(uow, person.id, wanted)
    return person.id


def new_person(given: NewPerson, hashed: str, uow: UnitOfWork) -> Person:
    """The entity that a registration makes; not stored yet."""
    return Person(
        name=given.name,
        email=given.email,
        email_lookup=lookup_of(given.email) if given.email else None,
        phone=given.phone,
        password_hash=hashed,
        locale=given.locale or uow.site.settings.of(SiteSettings).locale,
        created_at=uow.at,
    )


async def store_new(uow: UnitOfWork, person: Person, *, way: str) -> None:
    """Store a new person: a customer, who agreed to the documents now in force."""
    uow.session.add(person)
    await uow.session.flush()
    await grant_role(uow, person.id, "customer")
    await record_consent(uow, person.id, locale=person.locale, way=way)


async def grant_role(uow: UnitOfWork, person_id: UUID, wanted: str, *, by: UUID | None = None) -> bool:
    """Give a role, from the next request on; giving it again changes nothing. Refuses :class:`UnknownRole`.

    A role of the staff ends the sign-ins that were opened without it: who gets more rights gets a new one.
    """
    if wanted not in ROLES:
        raise UnknownRole(role=wanted)
    values = {"person_id": person_id, "role": wanted, "granted_at": uow.at, "granted_by": by}
    statement = uow.site.database.insert(role).values(values).on_conflict_do_nothing().returning(role.c.role)
    given = (await uow.session.execute(statement)).first() is not None
    if given and wanted in STAFF:
        (await person_of(uow, person_id)).end_all_sign_ins()
    return given


async def withdraw_role(uow: UnitOfWork, person_id: UUID, unwanted: str) -> bool:
    """Take a role away; whoever is signed in with it is signed out everywhere. Refuses :class:`LastAdmin`."""
    if unwanted == "admin":
        await check_another_admin(uow, person_id)
    statement = sa.delete(role).where(role.c.person_id == person_id, role.c.role == unwanted).returning(role.c.role)
    taken = (await uow.session.execute(statement)).first() is not None
    if taken:
        (await person_of(uow, person_id)).end_all_sign_ins()
    return taken


async def check_another_admin(uow: UnitOfWork, person_id: UUID) -> None:
    """Refuses :class:`LastAdmin` if nobody but this admin could administer the site. Whoever asks waits in line, so
    that two admins cannot each rely on the other and both go.
    """
    place = in_line(uow.site.database.dialect, "accounts.admins")
    if place is not None:
        await uow.session.execute(place)
    await uow.session.flush()
    if await is_last_admin(await uow.session.connection(), person_id):
        raise LastAdmin


async def change_profile(uow: UnitOfWork, profile: Profile, *, by: Actor) -> None:
    """Change what one says about oneself; what is left out is not given any more."""
    person = await person_of(uow, by.person_id)
    person.rename(profile.name)
    person.locale, person.currency, person.country = profile.locale, profile.currency, profile.country
    person.city, person.about = profile.city, profile.about


async def change_preferences(
    uow: UnitOfWork, preferences: Preferences, interests: Sequence[str] | None, *, by: Actor
) -> None:
    """Language, currency, place and the kinds of things one wants to see first. Refuses kinds that there are not."""
    person = await person_of(uow, by.person_id)
    if interests is not None:
        unknown = [name for name in interests if name not in uow.site.registry.listing_kinds]
        if unknown:
            raise Invalid(Problem("interests", "not_a_choice", N_("Please choose one of the answers."), {}))
        person.interests = list(dict.fromkeys(interests))
    person.locale, person.currency = preferences.locale, preferences.currency
    person.country, person.city = preferences.country, preferences.city


async def note_location(
    uow: UnitOfWork, lat: float, lon: float, *, by: Actor, city: str | None = None, country: str | None = None
) -> None:
    """Where somebody is now; the last place only, for what is near. ``city`` and ``country`` are kept if given."""
    person = await person_of(uow, by.person_id)
    # Three digits are a hundred metres: enough for "near me", too little for a door.
    person.lat, person.lon, person.located_at = round(lat, 3), round(lon, 3), uow.at
    person.city, person.country = city or person.city, country or person.country


async def forget_location(uow: UnitOfWork, *, by: Actor) -> None:
    person = await person_of(uow, by.person_id)
    person.lat = person.lon = person.located_at = None


async def person_of(uow: UnitOfWork, person_id: UUID | None) -> Person:
    """The entity; refuses :class:`Missing`."""
    person = await uow.session.get(Person, person_id) if person_id else None
    if person is None:
        raise Missing
    return person
