"""Later versions of vaccination timetables, written by a vet of this site."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Forbidden, Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_pets import queries
from marketplace_pets.schemas import NewProtocolVersion
from marketplace_pets.services.access import PROTOCOLS
from marketplace_pets.tables import protocol_table

_FIGURES = ("min_age", "min_interval", "max_interval", "valid_years")


async def revise_protocol(uow: UnitOfWork, name: str, form: NewProtocolVersion, *, by: Actor) -> int:
    """Put a new version of a timetable into force; answers its number. Doses keep the version they were given by.
    Refuses :class:`Missing` for a name that is not shipped.
    """
    if not by.may(PROTOCOLS):
        raise Forbidden
    known = await queries.protocols(await uow.session.connection())
    if name not in known:
        raise Missing
    before = known[name]
    rules = {f: v if (v := getattr(form, f)) is not None else getattr(before, f) for f in _FIGURES}
    row = {
        "name": name,
        "version": before.version + 1,
        "rules": rules,
        "source": form.source,
        "dated": form.dated,
        "at": uow.at,
        "by_person_id": by.person_id,
    }
    await uow.session.execute(sa.insert(protocol_table).values(row))
    await audit(uow, by=by, act=PROTOCOLS, on=f"protocol:{name}", facts={"version": before.version + 1})
    return before.version + 1
