"""People as such: making them, their roles, what they change about themselves."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace_kit.accounts.domain import ROLES, ContactTaken, Person, UnknownRole, check_password, lookup_of
from marketplace_kit.accounts.schemas import AccountSettings, NewPerson, Profile
from marketplace_kit.accounts.services.passwords import Passwords
from marketplace_kit.accounts.tables import consent_table as consent
from marketplace_kit.accounts.tables import role_table as role
from marketplace_kit.kernel.database import violated
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.fields import parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork

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
    await store_new(uow, person)
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


async def store_new(uow: UnitOfWork, person: Person) -> None:
    """Store a new person: a customer, who agreed to the documents now in force."""
    uow.session.add(person)
    await uow.session.flush()
    await grant_role(uow, person.id, "customer")
    await record_consent(uow, person.id)


async def record_consent(uow: UnitOfWork, person_id: UUID) -> None:
    """Note to which versions of the documents a person agreed, once for each version."""
    settings = uow.site.settings.of(AccountSettings)
    documents = (("terms", settings.terms_version), ("privacy", settings.privacy_version))
    rows = [{"person_id": person_id, "document": d, "document_version": v, "given_at": uow.at} for d, v in documents]
    await uow.session.execute(uow.site.database.insert(consent).on_conflict_do_nothing(), rows)


async def grant_role(uow: UnitOfWork, person_id: UUID, wanted: str, *, by: UUID | None = None) -> None:
    """Give a role, from the next request on; giving it again changes nothing. Refuses :class:`UnknownRole`."""
    if wanted not in ROLES:
        raise UnknownRole(role=wanted)
    values = {"person_id": person_id, "role": wanted, "granted_at": uow.at, "granted_by": by}
    await uow.session.execute(uow.site.database.insert(role).values(values).on_conflict_do_nothing())


async def withdraw_role(uow: UnitOfWork, person_id: UUID, unwanted: str) -> None:
    """Take a role away; whoever is signed in with it is signed out everywhere."""
    statement = sa.delete(role).where(role.c.person_id == person_id, role.c.role == unwanted).returning(role.c.role)
    if (await uow.session.execute(statement)).first() is not None:
        (await person_of(uow, person_id)).end_all_sign_ins()


async def change_profile(uow: UnitOfWork, profile: Profile, *, by: Actor) -> None:
    """Change one's own name and language."""
    person = await person_of(uow, by.person_id)
    person.name, person.locale = profile.name, profile.locale


async def person_of(uow: UnitOfWork, person_id: UUID | None) -> Person:
    """The entity; refuses :class:`Missing`."""
    person = await uow.session.get(Person, person_id) if person_id else None
    if person is None:
        raise Missing
    return person
