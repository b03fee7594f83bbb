"""What is kept about a person: giving it to them as a file, and forgetting it - in every room and plugin."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.domain import EXPORT_LASTS, ErasureBlocked, ExportReady, ExportUnderWay, LastAdmin
from marketplace_kit.accounts.queries import asked_export, expired_exports, is_last_admin
from marketplace_kit.accounts.services.people import check_another_admin, person_of
from marketplace_kit.accounts.tables import (
    access_table,
    address_table,
    export_table,
    role_table,
    sign_in_table,
    stage_table,
    token_table,
)
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.files import Files
from marketplace_kit.kernel.hooks import Actor, Hold
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.jobs import Work
from marketplace_kit.kernel.site import Site, UnitOfWork

EXPORT, CLEAR_EXPORTS = "accounts.export", "accounts.clear_exports"


class MakeExport(msgspec.Struct):
    """The job's payload: an id, and nothing about anybody."""

    export_id: UUID


class ClearExports(msgspec.Struct):
    """The job takes away what has run out."""


async def export_person(site: Site, person_id: UUID) -> dict[str, Any]:
    """What each room and plugin keeps about a person, by the name it declared."""
    return {name: await site.ask(kept.export, person_id) for name, kept in site.registry.personal_data.items()}


async def ask_export(uow: UnitOfWork, *, by: Actor) -> UUID:
    """Ask for a file with everything; a notice tells when it can be fetched. Refuses :class:`ExportUnderWay`."""
    person = await person_of(uow, by.person_id)
    export_id = new_id()
    values = {"id": export_id, "person_id": person.id, "asked_at": uow.at, "expires_at": uow.at + EXPORT_LASTS}
    statement = uow.site.database.insert(export_table).values(values).on_conflict_do_nothing()
    if (await uow.session.execute(statement.returning(export_table.c.id))).first() is None:
        raise ExportUnderWay
    uow.enqueue(EXPORT, MakeExport(export_id=export_id), key=f"{EXPORT}:{export_id}")
    return export_id


async def make_export(work: Work, payload: MakeExport) -> None:
    """Gather, write the file, say that it is there - unless the person was erased meanwhile."""
    site = work.site
    person_id = await site.ask(asked_export, payload.export_id)
    if person_id is None:
        return
    found = {"exported_at": site.clock.now().isoformat(), "data": await export_person(site, person_id)}
    content = msgspec.json.format(msgspec.json.encode(found), indent=2)
    key = Files.new_key("exports", "json")
    await site.files.put(key, content)
    async with work.finish() as uow:
        still = sa.and_(export_table.c.id == payload.export_id, export_table.c.ready_at.is_(None))
        ready = {"ready_at": uow.at, "expires_at": uow.at + EXPORT_LASTS, "file": key, "size": len(content)}
        statement = sa.update(export_table).where(still).values(ready).returning(export_table.c.id)
        if (await uow.session.execute(statement)).first() is not None:
            uow.record(ExportReady(person_id=person_id, export_id=payload.export_id))


async def clear_exports(work: Work, _: ClearExports) -> None:
    """Take away the files whose time is over, then their rows: a file without a row would never be found again."""
    over = await work.site.ask(expired_exports, work.site.clock.now())
    for _id, key in over:
        if key:
            await work.site.files.delete(key)
    async with work.finish() as uow:
        ids = [export_id for export_id, _ in over]
        await uow.session.execute(sa.delete(export_table).where(export_table.c.id.in_(ids)))


async def holds_of(site: Site, connection: AsyncConnection, person_id: UUID) -> list[Hold]:
    """What stands against erasing a person, as far as any room or plugin knows."""
    found: list[Hold] = []
    for kept in site.registry.personal_data.values():
        if kept.holds is not None:
            found += await kept.holds(connection, person_id)
    return found


async def erase_me(uow: UnitOfWork, *, by: Actor) -> None:
    """Forget the person who asks, in every room and plugin. Refuses :class:`ErasureBlocked` with all that is open."""
    person = await person_of(uow, by.person_id)
    holds = await holds_of(uow.site, await uow.session.connection(), person.id)
    if holds:
        listed = [{"code": h.code, "text": h.text, "facts": dict(h.facts)} for h in holds]
        raise ErasureBlocked(blockers=listed)
    await check_another_admin(uow, person.id)
    await erase_person(uow, person.id)
    await audit(uow, by=by, act="accounts.erase", on=f"person:{person.id}")


async def erase_person(uow: UnitOfWork, person_id: UUID) -> None:
    """Have everybody forget a person, those above first: a room may need the ones it stands on to find its rows."""
    for kept in reversed(list(uow.site.registry.personal_data.values())):
        await kept.erase(uow, person_id)


async def holds(connection: AsyncConnection, person_id: UUID) -> list[Hold]:
    """This room's own reason: the site would be left without anybody who administers it."""
    last = await is_last_admin(connection, person_id)
    return [Hold(code=LastAdmin.code, text=LastAdmin.text)] if last else []


async def erase(uow: UnitOfWork, person_id: UUID) -> None:
    """Remove sign-ins, links, roles, addresses, stages and exports. The row stays, nameless, and its consents prove
    what was agreed to; whose data this person looked at stays for those it was about.
    """
    (await person_of(uow, person_id)).forget(uow.at)
    for table in (sign_in_table, token_table, role_table, address_table, stage_table, access_table):
        await uow.session.execute(sa.delete(table).where(table.c.person_id == person_id))
    mine = sa.update(export_table).where(export_table.c.person_id == person_id)
    ended = {"expires_at": uow.at, "ready_at": sa.func.coalesce(export_table.c.ready_at, uow.at)}
    if (await uow.session.execute(mine.values(ended).returning(export_table.c.id))).first() is not None:
        uow.enqueue(CLEAR_EXPORTS, ClearExports())
