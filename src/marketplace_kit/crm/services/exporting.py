"""A shop's clients as a sheet. Whoever takes it away is in the audit trail."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.crm.domain import EXPORT
from marketplace_kit.crm.queries import Wanted, all_clients
from marketplace_kit.crm.schemas import ClientRow
from marketplace_kit.crm.services.access import check_shop, sees_contacts
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site, UnitOfWork

COLUMNS = ("name", "phone", "email", "tags", "online_booking", "state", "visits", "missed", "spent", "currency",
           "last_visit", "next_visit", "first_seen", "last_seen")  # fmt: skip
CSV = "text/csv; charset=utf-8"
CSV_HEADERS = {"Content-Disposition": 'attachment; filename="clients.csv"', "Cache-Control": "private, no-store"}
_FORMULA = re.compile(r"'*[=\-@\t\r\n＝＋－＠]|'*\+(?![0-9]{7,15}$)")


async def export_clients(site: Site, wanted: Wanted, *, by: Actor) -> str:
    """CSV of all clients that a list finds. Refuses :class:`Missing` and :class:`Forbidden`."""
    contacts = await site.do(_note, wanted, by=by)
    rows = await site.ask(_rows, attrs.evolve(wanted, contacts=contacts))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(_cells(row) for row in rows)
    return "\ufeff" + out.getvalue()


async def _note(uow: UnitOfWork, wanted: Wanted, *, by: Actor) -> bool:
    roles = await check_shop(uow, wanted.shop_id, EXPORT, by=by)
    filtered = bool(wanted.text or wanted.tag or wanted.state or wanted.missed or wanted.blocked or wanted.birthday)
    await audit(uow, by=by, act="crm.export", on=f"shop:{wanted.shop_id}", facts={"filtered": filtered})
    return sees_contacts(uow.site, roles)


async def _rows(connection: AsyncConnection, wanted: Wanted) -> list[ClientRow]:
    return [row async for part in all_clients(connection, wanted) for row in part]


def _cells(row: ClientRow) -> Iterable[str | int]:
    days = [at.date().isoformat() if at else "" for at in (row.last_visit, row.next_visit, row.first_seen_at)]
    texts = [row.name, row.phone, row.email, ", ".join(row.tags), row.mark, row.state]
    return [
        *(_shielded(text) for text in texts),
        row.visits,
        row.missed,
        row.spent.decimal(),
        row.spent.currency,
        *days,
        row.last_seen_at.date().isoformat(),
    ]


def _shielded(cell: str) -> str:
    """A cell that a sheet would take for a formula is led by an apostrophe; a phone stays one."""
    return f"'{cell}" if _FORMULA.match(cell) else cell
