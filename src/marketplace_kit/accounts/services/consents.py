"""What people agreed to: one record for each time somebody gave or took back a consent, never changed afterwards.

The texts are files, one for each document and language; a site brings its own by ``[accounts] documents_folder``.
A record keeps the version, the language and the hash of the text as it was shown, with the operator's name in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from uuid import UUID

import attrs
import sqlalchemy as sa

from marketplace_kit.accounts.domain import (
    CONSENTS,
    MARKETING,
    PRIVACY,
    REGISTERING,
    TERMS,
    ConsentNeeded,
    NoSuchConsent,
)
from marketplace_kit.accounts.queries import consents_of
from marketplace_kit.accounts.schemas import AccountSettings
from marketplace_kit.accounts.tables import consent_table as consent
from marketplace_kit.kernel.errors import filled
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import digest, new_id
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import FALLBACKS

_OWN = Path(__file__).parent.parent / "legal"


@attrs.frozen
class Part:
    """A piece of a document: a ``heading``, a ``paragraph`` or a ``list``."""

    kind: str
    lines: tuple[str, ...]


@attrs.frozen
class Document:
    """A legal text as a reader sees it. ``hash`` is of the exact text."""

    name: str
    version: str
    locale: str
    title: str
    text: str

    @property
    def hash(self) -> str:
        return digest(self.text)

    @property
    def parts(self) -> list[Part]:
        blocks = [block.strip().splitlines() for block in self.text.split("\n\n")[1:]]
        return [part for block in blocks if block for part in (_part(block),)]


def _part(block: list[str]) -> Part:
    if block[0].startswith("## "):
        return Part("heading", (block[0].removeprefix("## "),))
    if all(line.startswith("- ") for line in block):
        return Part("list", tuple(line.removeprefix("- ") for line in block))
    return Part("paragraph", (" ".join(block),))


def document(site: Site, name: str, locale: str) -> Document:
    """``terms``, ``privacy`` or ``marketing`` in the reader's language, or the nearest one that there is."""
    settings, of_site = site.settings.of(AccountSettings), site.settings.of(SiteSettings)
    found, text = _read(settings.documents_folder, name, locale)
    operator = settings.operator_name or of_site.name
    facts = {
        "site": of_site.name,
        "operator": operator,
        "bin": settings.operator_bin or "—",
        "contact": settings.operator_contact or of_site.public_url,
        "version": _version(settings, name),
    }
    said = filled(text, facts)
    return Document(name, _version(settings, name), found, said.split("\n", 1)[0].removeprefix("# "), said)


def _version(settings: AccountSettings, name: str) -> str:
    return {TERMS: settings.terms_version, PRIVACY: settings.privacy_version, MARKETING: settings.marketing_version}[
        name
    ]


@cache
def _read(folder: str, name: str, locale: str) -> tuple[str, str]:
    """The language and the wording of a text; the site's own before ours."""
    for language in FALLBACKS[locale]:
        for place in (Path(folder), _OWN) if folder else (_OWN,):
            path = place / f"{name}.{language}.txt"
            if path.is_file():
                return language, path.read_text(encoding="utf-8").replace("\r\n", "\n").strip()
    raise FileNotFoundError(f"{name} in none of {FALLBACKS[locale]}")


async def record_consent(
    uow: UnitOfWork,
    person_id: UUID,
    *,
    locale: str,
    way: str,
    purposes: Sequence[str] = REGISTERING,
    given: bool = True,
) -> None:
    """Note that a person agreed to these purposes, or takes them back, to the texts now in force."""
    settings = uow.site.settings.of(AccountSettings)
    rows = []
    for purpose in purposes:
        text, about = document(uow.site, purpose, locale), CONSENTS[purpose]
        rows.append(
            {
                "id": new_id(),
                "person_id": person_id,
                "purpose": purpose,
                "given": given,
                "document_version": text.version,
                "locale": text.locale,
                "text_hash": text.hash,
                "operator_name": settings.operator_name or uow.site.settings.of(SiteSettings).name,
                "operator_bin": settings.operator_bin,
                "way": way,
                "term": about.term,
                "data": list(about.data),
                "third_party": about.third_party,
                "cross_border": about.third_party and settings.data_crosses_border,
                "made_public": False,
                "at": uow.at,
            }
        )
    await uow.session.execute(sa.insert(consent), rows)


async def give_consent(uow: UnitOfWork, purpose: str, *, by: Actor, locale: str, way: str) -> None:
    """Agree to a purpose; doing it again changes nothing. Refuses :class:`NoSuchConsent`."""
    await _set(uow, purpose, by=by, locale=locale, way=way, given=True)


async def withdraw_consent(uow: UnitOfWork, purpose: str, *, by: Actor, locale: str, way: str) -> None:
    """Take a consent back by a new record. Refuses :class:`ConsentNeeded` for what the account stands on."""
    if purpose in REGISTERING:
        raise ConsentNeeded
    await _set(uow, purpose, by=by, locale=locale, way=way, given=False)


async def _set(uow: UnitOfWork, purpose: str, *, by: Actor, locale: str, way: str, given: bool) -> None:
    if by.person_id is None or purpose not in CONSENTS:
        raise NoSuchConsent
    now = {c.purpose: c.given for c in await consents_of(await uow.session.connection(), by.person_id)}
    if now.get(purpose, False) is not given:
        await record_consent(uow, by.person_id, locale=locale, way=way, purposes=(purpose,), given=given)
