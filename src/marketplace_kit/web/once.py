"""Doing a thing once: the same idempotency key and body get the same answer, however often they are sent.

The key is claimed as the first statement of the unit of work that does the thing, so that claim and effect are stored
together or not at all. The answer is kept beside it afterwards. Scope of a key: person and route.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from litestar.connection import Request
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.database import Json, UtcDateTime, metadata
from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.site import Site, UnitOfWork, opening
from marketplace_kit.web.context import Visit, visit_of
from marketplace_kit.web.csrf import SAFE

KEPT = timedelta(days=2)
_LONGEST_KEY = 200
_LARGEST_ANSWER = 64 * 1024

once_table = sa.Table(
    "idempotency_key",
    metadata,
    sa.Column("claim", sa.String(64), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("headers", Json),
    sa.Column("body", sa.LargeBinary),
    sa.Column("claimed_at", UtcDateTime, nullable=False, index=True),
)


class Repeated(DomainError):
    """The same thing is under way, or was done by a process that died before it could answer."""

    code = "already_in_progress"
    kind = Kind.CONFLICT
    text = "This was already sent and is being done. Look at the result before you send it again."


class KeyReused(DomainError):
    code = "idempotency_key_reused"
    kind = Kind.INVALID
    text = "This idempotency key was used for something else."


class BadKey(DomainError):
    code = "bad_idempotency_key"
    kind = Kind.MALFORMED
    text = "An idempotency key has 1 to 200 visible characters."


class FirstAnswer(msgspec.Struct):
    """What was answered the first time."""

    fingerprint: str
    status: int | None
    headers: list[tuple[str, str]] | None
    body: bytes | None


async def prepare(request: Request[Any, Any, Any]) -> Response[Any] | None:
    """If the request carries a key: the first answer again, where there is one; else have its first unit of work
    claim the key.
    """
    opening.set(None)
    if request.method in SAFE:
        return None
    key = request.headers.get("idempotency-key")
    if key is None and request.content_type[0].endswith(("form-data", "urlencoded")):
        value = (await request.form()).get("idempotency_key")
        key = value if isinstance(value, str) and value else None
    if key is None:
        return None
    if not 1 <= len(key) <= _LONGEST_KEY or not key.isprintable():
        raise BadKey
    visit = visit_of(request)
    name = _claim(visit, request, key)
    fingerprint = hashlib.sha256(await request.body()).hexdigest()
    first = await visit.site.ask(first_answer, name)
    if first is not None:
        return _again(first, fingerprint)
    visit.once = name

    async def claim(uow: UnitOfWork) -> None:
        statement = uow.site.database.insert(once_table).values(claim=name, fingerprint=fingerprint, claimed_at=uow.at)
        made = await uow.session.execute(
            statement.on_conflict_do_nothing(index_elements=["claim"]).returning(once_table.c.claim)
        )
        if made.first() is None:
            raise Repeated

    opening.set(claim)
    return None


def _again(first: FirstAnswer, fingerprint: str) -> Response[Any]:
    """The first answer once more; a refusal if the key came with something else, or its answer is not known (yet)."""
    if first.fingerprint != fingerprint:
        raise KeyReused
    if first.status is None:
        raise Repeated
    headers = dict(first.headers or [])
    media_type = headers.pop("content-type", "application/json")
    return Response(
        first.body or b"",
        status_code=first.status,
        headers=headers | {"Idempotent-Replay": "true"},
        media_type=media_type,
    )


def _claim(visit: Visit, request: Request[Any, Any, Any], key: str) -> str:
    who = str(visit.actor.person_id or visit.visitor or "nobody")
    return hashlib.sha256(f"{who}\n{request.method} {request.url.path}\n{key}".encode()).hexdigest()


async def first_answer(connection: AsyncConnection, claim: str) -> FirstAnswer | None:
    columns = (once_table.c.fingerprint, once_table.c.status, once_table.c.headers, once_table.c.body)
    row = (await connection.execute(sa.select(*columns).where(once_table.c.claim == claim))).first()
    return FirstAnswer(*row) if row else None


async def keep_answer(site: Site, claim: str, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
    """Store the answer beside its claim, if the act claimed one; a large body is not kept and a repeat then says so."""
    kept = body if len(body) <= _LARGEST_ANSWER else None
    values = {"status": status, "headers": [list(h) for h in headers], "body": kept}
    async with site.database.writer.begin() as connection:
        await connection.execute(
            sa.update(once_table).where(once_table.c.claim == claim, once_table.c.status.is_(None)).values(**values)
        )
