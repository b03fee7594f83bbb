"""Vaccinations and dewormings: appended, checked by staff, never a yes or no."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from uuid import UUID

import sqlalchemy as sa

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Forbidden, Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_pets import queries
from marketplace_pets.domain import (
    Birth,
    DoseRecorded,
    DoseVerified,
    PetDeceased,
    Protocol,
    Protocols,
    check_reason,
    lists,
)
from marketplace_pets.domain.refusals import AlreadyChecked, InTheFuture
from marketplace_pets.domain.standing import check_dose
from marketplace_pets.queries import Tie
from marketplace_pets.schemas import NewDose
from marketplace_pets.services.access import CHECK, access_as_shop, access_to_write, today
from marketplace_pets.services.reminding import skip_past
from marketplace_pets.services.timeline import note
from marketplace_pets.tables import dose_table


async def record_dose(
    uow: UnitOfWork,
    pet_id: UUID,
    form: NewDose,
    *,
    by: Actor,
    shop_id: UUID | None = None,
    override_reason: str = "",
) -> UUID:
    """Append a dose, by the family or by a shop with a living grant.

    Refuses :class:`TooYoung` and :class:`IntervalTooShort` with the earliest day, unless it is ``historical`` (stored
    and shown, but not counted where it breaks a rule) or staff who may check doses override with a reason.
    A dose of such staff counts as checked; one with a certificate waits to be checked.
    """
    tied, source = await access_to_write(uow, pet_id, by=by, shop_id=shop_id)
    known = await queries.protocols(await uow.session.connection())
    protocol = _protocol(known, form.protocol, tied.row.species)
    day = today(uow.site, uow.at)
    _check_days(form, tied, day)
    reason = _override(override_reason, by, shop_id)
    if not (form.historical or reason):
        doses = (await queries.doses_of(await uow.session.connection(), (pet_id,))).get(pet_id, [])
        birth = Birth(on=tied.row.born, precision=tied.row.born_precision)
        check_dose(protocol, doses, birth, form.given_on)
    dose_id = await _append(uow, tied, form, protocol, source, reason, by=by, shop_id=shop_id)
    await skip_past(uow, pet_id)
    return dose_id


async def _append(
    uow: UnitOfWork,
    tied: Tie,
    form: NewDose,
    protocol: Protocol,
    source: str,
    reason: str,
    *,
    by: Actor,
    shop_id: UUID | None,
) -> UUID:
    proved = source == "vet" and by.may(CHECK)
    dose_id, pet_id = new_id(), tied.row.id
    row = {
        "id": dose_id,
        "pet_id": pet_id,
        "protocol": protocol.name,
        "protocol_version": protocol.version,
        "given_on": form.given_on,
        "product": form.product,
        "lot": form.lot,
        "manufacturer": form.manufacturer,
        "vet": form.vet,
        "clinic": form.clinic,
        "valid_until": form.valid_until,
        "certificate": form.certificate,
        "source": source,
        "historical": form.historical,
        "override_reason": reason,
        "recorded_at": uow.at,
        "by_person_id": by.person_id,
        "shop_id": shop_id,
        "state": lists.VERIFIED if proved else lists.AWAITING if form.certificate else lists.SELF_DECLARED,
        "checked_at": uow.at if proved else None,
        "checked_by_id": by.person_id if proved else None,
        "checked_shop_id": shop_id if proved else None,
    }
    await uow.session.execute(sa.insert(dose_table).values(row))
    uow.record(DoseRecorded(pet_id=pet_id, dose_id=dose_id, protocol=protocol.name, given_on=form.given_on))
    await note(
        uow,
        pet_id,
        kind="dose",
        title=protocol.label,
        at=min(uow.at, datetime.combine(form.given_on, time(12), UTC)),
        shop_id=shop_id,
        scope="vaccinations",
        key=f"pets.dose:{dose_id}",
    )
    return dose_id


def _protocol(known: Protocols, name: str, species: str) -> Protocol:
    if name not in known or species not in known[name].species:
        raise Invalid(Problem("protocol", "not_a_choice", N_("This is not for such an animal.")))
    return known[name]


def _check_days(form: NewDose, tied: Tie, day: date) -> None:
    if form.given_on > day:
        raise InTheFuture
    if form.valid_until is not None and form.valid_until < form.given_on:
        raise Invalid(Problem("valid_until", "in_the_past", N_("It cannot end before it was given.")))
    if tied.row.state == lists.DECEASED and form.given_on > tied.row.deceased_on:
        raise PetDeceased


def _override(reason: str, by: Actor, shop_id: UUID | None) -> str:
    if not reason:
        return ""
    if shop_id is None or not by.may(CHECK):
        raise Forbidden
    return check_reason(reason)


async def verify_dose(
    uow: UnitOfWork, dose_id: UUID, *, accepted: bool, reason: str = "", by: Actor, shop_id: UUID | None = None
) -> None:
    """Staff of a shop, with which the pet's vaccinations are shared, looked at the proof. Only what was ``verified``
    opens a gate. Not accepting needs a reason.

    Refuses :class:`Missing`, :class:`NotShared`, :class:`AlreadyChecked` (one of two wins), :class:`ReasonRequired`,
    and :class:`Forbidden` to the family itself, though it may work in that shop.
    """
    if not by.may(CHECK):
        raise Forbidden
    connection = await uow.session.connection()
    dose = await queries.dose_by_id(connection, dose_id)
    if dose is None:
        raise Missing
    shops = by.shops if shop_id is None else by.shops & {shop_id}
    scope = "vaccinations"
    held = await queries.grant_for(connection, dose.pet_id, shops, scope, uow.at, today(uow.site, uow.at))
    own = await queries.tie(connection, dose.pet_id, by.person_id, ())
    if own is not None and own.right:
        raise Forbidden
    asking = held.shop_id if held else next(iter(shops), None)
    if asking is None:
        raise Missing
    await access_as_shop(uow, dose.pet_id, asking, by=by, scope=scope)
    why = reason.strip()[:500] if accepted else check_reason(reason)
    await _judge(uow, dose_id, accepted=accepted, why=why, by=by, shop_id=asking)
    uow.record(
        DoseVerified(
            pet_id=dose.pet_id,
            dose_id=dose_id,
            protocol=dose.protocol,
            accepted=accepted,
            shop_id=asking,
            reason="" if accepted else why,
        )
    )
    await audit(uow, by=by, act=CHECK, on=f"dose:{dose_id}", facts={"accepted": accepted})


async def _judge(uow: UnitOfWork, dose_id: UUID, *, accepted: bool, why: str, by: Actor, shop_id: UUID) -> None:
    t = dose_table.c
    judged = (
        sa.update(dose_table)
        .where(t.id == dose_id, t.state.in_((lists.SELF_DECLARED, lists.AWAITING)))
        .values(
            state=lists.VERIFIED if accepted else lists.REFUSED,
            checked_at=uow.at,
            checked_by_id=by.person_id,
            checked_shop_id=shop_id,
            check_reason=why,
        )
    )
    if (await uow.session.execute(judged.returning(t.id))).first() is None:
        raise AlreadyChecked


async def proof_came(uow: UnitOfWork, dose_id: UUID) -> None:
    """A photo of the passport is there (or went away again): what was stated waits to be checked."""
    t = dose_table.c
    stated = sa.update(dose_table).where(t.id == dose_id, t.state == lists.SELF_DECLARED, t.cover.is_not(None))
    await uow.session.execute(stated.values(state=lists.AWAITING))
