"""The words of a notice: those declared, or what an admin wrote instead, filled with facts. No template language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.errors import Invalid, Missing, Problem, filled
from marketplace_kit.kernel.hooks import Actor, Notice
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import LOCALES, N_
from marketplace_kit.kernel.translated import named
from marketplace_kit.notifications.domain import EVERY_CHANNEL, IN_APP, one_line, places_in
from marketplace_kit.notifications.schemas import Preview, TextForm, TextRow
from marketplace_kit.notifications.tables import text_table as text

LONGEST_SUBJECT = 300
_UNKNOWN = N_("There is no {place} here. Possible are: {known}.")


class Said:
    """One notice's words for one person: by channel, in their language."""

    def __init__(self, site: Site, declared: Notice, locale: str, facts: Mapping[str, Any]) -> None:
        self._site, self._declared, self._locale = site, declared, locale
        self._facts = {"site": site.settings.of(SiteSettings).name, **in_their_words(facts, locale)}
        self.edited: Mapping[str, tuple[str, str]] = {}

    def differs(self, channel: str) -> bool:
        """Whether this channel says it otherwise than the site does."""
        return bool(self.edited) and self.on(channel) != self.on(IN_APP)

    def on(self, channel: str) -> tuple[str, str]:
        """Subject and body for a channel: its own wording, else the one for all, else the declared one."""
        texts = self._site.texts
        subject, body = (
            self.edited.get(channel)
            or self.edited.get(EVERY_CHANNEL)
            or (
                texts.gettext(self._locale, self._declared.subject),
                texts.gettext(self._locale, self._declared.body),
            )
        )
        return one_line(filled(subject, self._facts))[:LONGEST_SUBJECT], filled(body, self._facts)


def in_their_words(facts: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """Facts as somebody reads them: what is there in several languages, by language, in theirs or the nearest."""
    return {name: named(fact, locale) if isinstance(fact, Mapping) else fact for name, fact in facts.items()}


def declared_notice(site: Site, name: str) -> Notice:
    """Refuses :class:`Missing`."""
    found = site.registry.notices.get(name)
    if found is None:
        raise Missing
    return found


def places_of(declared: Notice) -> list[str]:
    """The places that a wording of this notice may have."""
    return sorted(places_in(declared.subject) | places_in(declared.body) | {"site"})


def text_row(
    site: Site, declared: Notice, locale: str, channel: str, edited: Mapping[tuple[str, str, str], tuple[str, str]]
) -> TextRow:
    """A wording as it is now."""
    subject, body = (site.texts.gettext(locale, t) for t in (declared.subject, declared.body))
    own = edited.get((declared.name, locale, channel))
    now = own or edited.get((declared.name, locale, EVERY_CHANNEL)) or (subject, body)
    return TextRow(
        notice=declared.name,
        locale=locale,
        channel=channel,
        subject=now[0],
        body=now[1],
        edited=own is not None,
        declared_subject=subject,
        declared_body=body,
        places=places_of(declared),
    )


def check_text(site: Site, name: str, locale: str, channel: str, form: TextForm) -> Notice:
    """Refuses :class:`Missing` for what does not exist, and places that this notice does not know, at their field."""
    declared = declared_notice(site, name)
    if locale not in LOCALES or not (channel == EVERY_CHANNEL or channel in site.registry.channels):
        raise Missing
    if problems := list(_problems(declared, form)):
        raise Invalid(*problems)
    return declared


def _problems(declared: Notice, form: TextForm) -> Iterator[Problem]:
    known = places_of(declared)
    listed = ", ".join(f"{{{name}}}" for name in known)
    for field in ("subject", "body"):
        for strange in sorted(places_in(getattr(form, field)) - set(known)):
            yield Problem(field, "unknown_place", _UNKNOWN, {"place": f"{{{strange}}}"[:80], "known": listed})


def preview(site: Site, declared: Notice, form: TextForm) -> Preview:
    """The wording with sample facts; a place without one shows its own name."""
    sample = {name: f"‹{name}›" for name in places_of(declared)}
    sample |= {"site": site.settings.of(SiteSettings).name, **declared.sample}
    return Preview(subject=one_line(filled(form.subject, sample)), body=filled(form.body, sample))


async def write_text(uow: UnitOfWork, name: str, locale: str, channel: str, form: TextForm, *, by: Actor) -> None:
    """Replace a wording, from the next notice on."""
    check_text(uow.site, name, locale, channel, form)
    values = {"subject": one_line(form.subject), "body": form.body, "changed_at": uow.at}
    statement = uow.site.database.insert(text).values(notice=name, locale=locale, channel=channel, **values)
    keys = ["notice", "locale", "channel"]
    await uow.session.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))
    await _noted(uow, "notifications.text_changed", name, locale, channel, by)


async def reset_text(uow: UnitOfWork, name: str, locale: str, channel: str, *, by: Actor) -> bool:
    """Back to the declared wording; whether there was another."""
    declared_notice(uow.site, name)
    which = sa.and_(text.c.notice == name, text.c.locale == locale, text.c.channel == channel)
    gone = (await uow.session.execute(sa.delete(text).where(which).returning(text.c.notice))).first()
    if gone is not None:
        await _noted(uow, "notifications.text_reset", name, locale, channel, by)
    return gone is not None


async def _noted(uow: UnitOfWork, act: str, name: str, locale: str, channel: str, by: Actor) -> None:
    await audit(uow, by=by, act=act, on=f"notice_text:{name}", facts={"locale": locale, "channel": channel or IN_APP})
