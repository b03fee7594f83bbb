"""A shop's own codes of behaviour, and what codes mean to people and to staff."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.errors import Forbidden, Invalid, Missing, Problem
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import human_code
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_pets import queries
from marketplace_pets.domain import BehaviourKind, skills_of
from marketplace_pets.schemas import BehaviourView, CodeView, NewCode
from marketplace_pets.services.access import CODES
from marketplace_pets.tables import code_table

c = code_table.c
MOST = 40


async def add_code(uow: UnitOfWork, form: NewCode, *, shop_id: UUID, by: Actor) -> str:
    """Add a code to a shop's list; answers it. Refuses :class:`Forbidden`, :class:`Missing` for another's shop, and
    more than forty.
    """
    if not by.may(CODES):
        raise Forbidden
    if shop_id not in by.shops:
        raise Missing
    if len(await queries.codes_of_shops(await uow.session.connection(), (shop_id,))) >= MOST:
        raise Invalid(Problem("", "too_many", N_("A shop has at most {most} codes of its own."), {"most": MOST}))
    code = f"X{human_code(8)}"
    row = {
        "code": code,
        "shop_id": shop_id,
        "tone": form.tone,
        "kk": form.kk.strip(),
        "ru": form.ru.strip(),
        "en": form.en.strip(),
        "skill": form.skill.strip().lower(),
        "at": uow.at,
        "by_person_id": by.person_id,
    }
    await uow.session.execute(sa.insert(code_table).values(row))
    return code


async def end_code(uow: UnitOfWork, code: str, *, by: Actor) -> None:
    """Take a code from the list; pets that have it keep it, with its words. Refuses :class:`Missing`."""
    if not by.may(CODES):
        raise Forbidden
    mine = sa.select(c.code).where(c.code == code, c.shop_id.in_(by.shops))
    if (await uow.session.execute(mine)).first() is None:
        raise Missing
    await uow.session.execute(sa.update(code_table).where(c.code == code, c.ended_at.is_(None)).values(ended_at=uow.at))


async def behaviour_kinds(connection: AsyncConnection, codes: Collection[str]) -> dict[str, BehaviourKind]:
    """What codes mean, shops' own and those that were taken from a list too."""
    return await queries.kinds_of(connection, codes)


async def skills_for(connection: AsyncConnection, codes: Collection[str], shop_id: UUID) -> frozenset[str]:
    """What staff of a shop must be able to do to take on a pet with these codes."""
    return skills_of((await queries.kinds_of(connection, codes)).values(), shop_id)


async def said_codes(site: Site, locale: str, codes: Collection[str]) -> dict[str, tuple[str, str]]:
    """Codes in the reader's words with their tone (``bad``, ``warn``, ``info``); an unknown one stands for itself."""
    kinds = await site.ask(queries.kinds_of, codes)
    say = site.texts.gettext
    return {
        code: (kinds[code].text(locale, say), str(kinds[code].tone.value)) if code in kinds else (code, "warn")
        for code in codes
    }


async def worded_flags(site: Site, locale: str, flags: Collection[BehaviourView]) -> list[BehaviourView]:
    """Warnings with their words and tones."""
    words = await said_codes(site, locale, {flag.code for flag in flags})
    return [BehaviourView(code=f.code, comment=f.comment, label=words[f.code][0], tone=words[f.code][1]) for f in flags]


async def code_list(site: Site, by: Actor) -> list[CodeView]:
    """The own codes of the asker's shops."""
    return [
        CodeView(
            code=kind.code,
            shop_id=kind.shop_id,
            tone=str(kind.tone.value),
            kk=kind.names["kk"],
            ru=kind.names["ru"],
            en=kind.names["en"],
            skill=kind.skill,
        )
        for kind in await site.ask(queries.codes_of_shops, by.shops)
        if kind.shop_id is not None
    ]
