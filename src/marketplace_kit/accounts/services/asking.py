"""What both doors ask for: the person who asks, as the page or the answer needs them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marketplace_kit.accounts import queries, schemas
from marketplace_kit.accounts.domain import MARKETING
from marketplace_kit.accounts.services.administering import note_access
from marketplace_kit.accounts.services.consents import give_consent, withdraw_consent
from marketplace_kit.accounts.services.people import change_preferences
from marketplace_kit.accounts.services.phones import verify_phone
from marketplace_kit.accounts.services.securing import confirm_phone
from marketplace_kit.kernel.errors import Missing, SignInNeeded
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork


def network_address(request: Any) -> str:
    """Where a request comes from. Forwarding headers count only from the proxies that the server was told to trust."""
    return request.client.host if request.client else ""


def own_id(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise SignInNeeded
    return actor.person_id


async def me_of(site: Site, actor: Actor) -> schemas.Me:
    found = await site.ask(queries.person_named, own_id(actor))
    if found is None:
        raise Missing
    return found


async def preferences_of(site: Site, actor: Actor) -> schemas.PreferencesAnswer:
    me = await me_of(site, actor)
    agreed = await site.ask(queries.agreed_to, [me.id], MARKETING)
    return schemas.PreferencesAnswer(
        locale=me.locale,
        currency=me.currency or site.settings.of(SiteSettings).currency,
        country=me.country,
        city=me.city,
        marketing=me.id in agreed,
        interests=me.interests,
    )


async def keep_preferences(
    uow: UnitOfWork, form: schemas.Preferences, interests: list[str] | None, *, by: Actor, locale: str, way: str
) -> None:
    """Preferences, and the consent to offers among them."""
    await change_preferences(uow, form, interests, by=by)
    act = give_consent if form.marketing else withdraw_consent
    await act(uow, MARKETING, by=by, locale=locale, way=way)


async def prove_phone(site: Site, actor: Actor, form: schemas.PhoneProof, *, address: str) -> None:
    """Whoever is signed in proves their own number, everybody else the one they registered with."""
    if actor.signed_in:
        await confirm_phone(site, phone=form.phone, code=form.code, by=actor, address=address)
    else:
        await verify_phone(site, form.phone, form.code, address=address)


async def consents_for(site: Site, actor: Actor) -> schemas.Consents:
    """How it stands now, and all records."""
    history = await site.ask(queries.consent_history_of, own_id(actor))
    newest: dict[str, schemas.ConsentRow] = {}
    for row in history:
        newest.setdefault(row.purpose, row)
    return schemas.Consents(current=[newest[p] for p in sorted(newest)], history=history)


async def export_content(site: Site, actor: Actor, export_id: UUID) -> tuple[bytes, dict[str, str]]:
    """The file and how it is to be handed over, for its owner and in time; for everybody else it is not there."""
    key = await site.ask(queries.export_file, export_id, site.clock.now(), actor.person_id)
    if key is None:
        raise Missing
    name = f'attachment; filename="my-data-{site.clock.now():%Y-%m-%d}.json"'
    return await site.files.get(key), {"Content-Disposition": name, "Cache-Control": "private, no-store"}


async def details_of(site: Site, person_id: UUID, *, by: Actor) -> schemas.PersonDetails:
    """A person for an admin; the look is noted where that person can see it. Refuses :class:`Missing`."""
    await site.do(note_access, person_id, by=by, what="accounts.details")
    return await person_details(site, person_id)


async def person_details(site: Site, person_id: UUID) -> schemas.PersonDetails:
    found = await site.ask(queries.person_for_admin, person_id, site.clock.now())
    if found is None:
        raise Missing
    return found
