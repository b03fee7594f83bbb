"""What is due for pets, what is booked, and what shops ask families to come for - in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings.queries import active_kinds
from marketplace_kit.shops import queries as shop_queries
from marketplace_pets import queries
from marketplace_pets.domain import Booked, DoseGiven, Due, FollowUp, PetCard, Protocols, WeightSeen
from marketplace_pets.domain.care import REASONS, plan
from marketplace_pets.schemas import BookedView, DueView, FollowUpView, MutedView
from marketplace_pets.services.access import seen_pet, today
from marketplace_pets.services.showing.wording import worded

CLINICS = (("kind", "vet.visit"), ("kind", "vet.service"), ("category", "veterinary"))
"""Where clinics are found: the kinds of a plugin for vets if this site has one, else their category."""
GROOMERS = (("kind", "grooming.service"),)
_CLINIC = N_("Find a clinic")


@attrs.frozen
class _Help:
    """What helps with a reason: services to book, and the page on which it is noted as done."""

    offers: tuple[tuple[str, str], ...]
    find: str
    page: str
    write: str


_HELP = {
    "dose_due": _Help(CLINICS, _CLINIC, "add/dose", N_("Add what was given")),
    "deworming_due": _Help(CLINICS, _CLINIC, "add/dose", N_("Add what was given")),
    "weight_check": _Help(CLINICS, _CLINIC, "add/weight", N_("Add a weight")),
    "grooming_due": _Help(GROOMERS, N_("Find a groomer"), "timeline", N_("See the history")),
    "medication_runs_out": _Help(CLINICS, _CLINIC, "add/condition", N_("Add an illness or medicine")),
    "see_vet": _Help(CLINICS, _CLINIC, "timeline", N_("See the history")),
}
_AGAIN = N_("Book there")


def due_view(site: Site, locale: str, one: Due, pet_id: UUID, shops: Mapping[UUID, str]) -> DueView:
    """A line of a care plan with the button that books what helps: services of the right kind as far as this site has
    them, of the shop that asked for it; else the page on which it is noted.
    """
    told = DueView(
        reason=one.reason,
        text=worded(site, locale, one.text, one.facts),
        due_on=one.due_on,
        protocol=one.protocol,
        overdue=one.overdue,
        key=one.key,
        act=site.texts.gettext(locale, _AGAIN),
        href=f"/listings?shop={one.shop_id}",
        shop_name=shops.get(one.shop_id, "") if one.shop_id else "",
        follow_up_id=one.follow_up_id,
    )
    helping = _HELP.get(one.reason)
    if helping is None:
        return told
    write, page = site.texts.gettext(locale, helping.write), f"/pets/{pet_id}/{helping.page}"
    offered = active_kinds(site)
    found = next(((name, value) for name, value in helping.offers if name == "category" or value in offered), None)
    if found is None:
        return _evolve(told, act=write, href=page)
    act = site.texts.gettext(locale, helping.find)
    return _evolve(told, act=act, href=f"/listings?{found[0]}={found[1]}", write=write, write_href=page)


def _evolve(view: DueView, **changes: Any) -> DueView:
    return DueView(**{name: getattr(view, name) for name in DueView.__struct_fields__} | changes)


@attrs.frozen(kw_only=True)
class CareData:
    """What care plans of some pets are computed from."""

    known: Protocols
    doses: Mapping[UUID, list[DoseGiven]]
    weights: Mapping[UUID, WeightSeen]
    groomed: Mapping[UUID, list[date]]
    running: Mapping[UUID, list[tuple[str, date]]]
    muted: Mapping[UUID, set[str]]
    booked: Mapping[UUID, list[Booked]]
    follow_ups: Mapping[UUID, list[FollowUp]]

    @property
    def shops(self) -> set[UUID]:
        """Whose wishes are among them."""
        return {one.shop_id for found in self.follow_ups.values() for one in found}

    def doses_of(self, card: PetCard) -> list[DoseGiven]:
        return self.doses.get(card.pet_id, [])

    def plan_of(self, card: PetCard, day: date) -> list[Due]:
        weighed = self.weights.get(card.pet_id)
        return plan(
            card,
            self.doses_of(card),
            self.known,
            day,
            weighed_on=weighed.at.date() if weighed else None,
            groomed_on=self.groomed.get(card.pet_id, ()),
            running_out=self.running.get(card.pet_id, ()),
            muted=self.muted.get(card.pet_id, ()),
            booked=self.booked.get(card.pet_id, ()),
            follow_ups=self.follow_ups.get(card.pet_id, ()),
        )


async def care_data(connection: AsyncConnection, pet_ids: Sequence[UUID], day: date) -> CareData:
    """Eight statements for any number of pets."""
    return CareData(
        known=await queries.protocols(connection),
        doses=await queries.doses_of(connection, pet_ids),
        weights=await queries.latest_weights(connection, pet_ids),
        groomed=await queries.groomed_on(connection, pet_ids),
        running=await queries.running_out(connection, pet_ids),
        muted=await queries.muted_of(connection, pet_ids),
        booked=await queries.booked_for(connection, pet_ids, day),
        follow_ups=await queries.follow_ups_of(connection, pet_ids),
    )


async def care_plan(site: Site, pet_id: UUID, *, by: Actor, locale: str) -> list[DueView]:
    """What is due for a pet, soonest first, for its family. Refuses like :func:`seen_pet`."""
    await seen_pet(site, pet_id, by=by)
    card, day = (await site.ask(queries.cards, (pet_id,)))[pet_id], today(site)
    care = await site.ask(care_data, [pet_id], day)
    shops = await site.ask(shop_queries.names_of, care.shops)
    return [due_view(site, locale, due, pet_id, shops) for due in care.plan_of(card, day)]


async def muted_list(site: Site, pet_id: UUID, *, by: Actor, locale: str) -> list[MutedView]:
    """What the family does not want to hear of, in words."""
    await seen_pet(site, pet_id, by=by)
    keys = (await site.ask(queries.muted_of, (pet_id,))).get(pet_id, set())
    known = await site.ask(queries.protocols)
    words = dict(REASONS) | {key: known[key].label for key in keys if key in known}
    return [MutedView(reason=key, text=site.texts.gettext(locale, words.get(key, key))) for key in sorted(keys)]


async def booked_list(site: Site, pet_id: UUID, *, by: Actor) -> list[BookedView]:
    """What is booked for a pet from today on, soonest first, for its family."""
    await seen_pet(site, pet_id, by=by)
    found = (await site.ask(queries.booked_for, [pet_id], today(site))).get(pet_id, [])
    shops = await site.ask(shop_queries.names_of, [one.shop_id for one in found])
    return [
        BookedView(
            on=one.on,
            title=one.title,
            shop_id=one.shop_id,
            shop_name=shops.get(one.shop_id, ""),
            link=one.link,
            meets=sorted(one.meets),
        )
        for one in found
    ]


async def follow_up_list(site: Site, by: Actor) -> list[FollowUpView]:
    """Whom the asker's shops asked to come again, soonest first, and whether it is booked."""
    rows = await site.ask(queries.follow_ups_at, by.shops, today(site))
    return [
        FollowUpView(
            id=row.id,
            pet_id=row.pet_id,
            pet_name=row.name,
            shop_id=row.shop_id,
            what=row.what,
            due_on=row.due_on,
            booked_on=row.booked_on,
        )
        for row in rows
    ]
