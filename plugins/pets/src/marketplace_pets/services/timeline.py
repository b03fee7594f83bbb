"""A pet's history: one door for every vendor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_pets import queries
from marketplace_pets.domain import IDENTITY, SCOPE_NAMES
from marketplace_pets.tables import timeline_table

Fact = str | int | bool | None


async def note(
    uow: UnitOfWork,
    pet_id: UUID,
    *,
    kind: str,
    title: str,
    facts: Mapping[str, Fact] | None = None,
    at: datetime | None = None,
    shop_id: UUID | None = None,
    by_person_id: UUID | None = None,
    scope: str = IDENTITY,
    link: str = "",
    key: str = "",
) -> UUID | None:
    """Write down what happened to a pet. ``title`` is a message id that your catalogues word, filled from ``facts``;
    ``at`` is when it happened (now if not given); ``scope`` says who may read it; ``link`` is a path of this site.

    ``kind`` is a short word of your room; ``grooming`` makes the pet's rhythm of visits. With ``key`` it is written
    once for all time: a second call answers ``None``. Whether the vendor may write is yours to have checked (it has a
    booking, or a grant). Refuses :class:`Missing` for a pet that is not there.
    """
    if scope not in (IDENTITY, *SCOPE_NAMES) or (link and not link.startswith("/")):
        raise ValueError(f"no scope {scope!r} or no path {link!r}")
    connection = await uow.session.connection()
    if not await queries.cards(connection, (pet_id,)):
        raise Missing
    row = {
        "id": new_id(),
        "pet_id": pet_id,
        "at": at or uow.at,
        "kind": kind,
        "title": title,
        "facts": dict(facts or {}),
        "shop_id": shop_id,
        "by_person_id": by_person_id,
        "scope": scope,
        "link": link,
        "key": key or None,
        "written_at": uow.at,
    }
    statement = uow.site.database.insert(timeline_table).values(row).on_conflict_do_nothing(index_elements=["key"])
    written: UUID | None = (await uow.session.execute(statement.returning(timeline_table.c.id))).scalar_one_or_none()
    return written
