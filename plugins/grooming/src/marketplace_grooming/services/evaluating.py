"""Meeting a pet before it is taken in: what the salon found, appended to what it found before."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from marketplace_grooming.domain import RecordNeeded
from marketplace_grooming.schemas import EvaluationForm
from marketplace_grooming.schemas.visits import RESULTS
from marketplace_grooming.services.salon import staffed
from marketplace_grooming.tables import evaluation_table
from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_pets import services as pets
from marketplace_pets.domain import PASSED

EVALUATED = N_("Met by the salon: {what}")


async def evaluate(uow: UnitOfWork, visit_id: UUID, form: EvaluationForm, *, by: Actor) -> UUID:
    """Note what was found; the latest counts. Refuses :class:`Missing` to strangers, :class:`RecordNeeded` for a pet
    that was only told of, and anything but a pass without notes.
    """
    visit = await staffed(uow, visit_id, by=by)
    if visit.pet_id is None:
        raise RecordNeeded
    notes = form.notes.strip()
    if form.result != PASSED and not notes:
        raise Invalid(Problem("notes", "required", N_("Please say why, or on which conditions.")))
    evaluation_id: UUID = new_id()
    row = {
        "id": evaluation_id,
        "shop_id": visit.shop_id,
        "pet_id": visit.pet_id,
        "visit_id": visit_id,
        "result": form.result,
        "notes": notes,
        "at": uow.at,
        "by_person_id": by.person_id,
    }
    await uow.session.execute(sa.insert(evaluation_table).values(row))
    await pets.note(
        uow,
        visit.pet_id,
        kind="evaluation",
        title=EVALUATED,
        facts={"what": dict(RESULTS)[form.result]},
        shop_id=visit.shop_id,
        by_person_id=by.person_id,
        scope="behaviour",
        key=f"grooming.evaluation:{evaluation_id}",
    )
    return evaluation_id
