"""What was booked cannot take place, through nobody's fault: the site itself calls it off."""

from __future__ import annotations

from uuid import UUID

from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.kernel.fields import Form
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.orders.services.acting import act


async def call_off(uow: UnitOfWork, line_id: UUID, why: str, asked: type[Form], *, person_id: UUID | None) -> None:
    """Cancel a line by its verb ``cancel``, with ``why`` (an English message id) in the language of ``person_id``, who
    ordered it; a guest is told in the language of the site. ``asked`` is the form of the verb, which has a ``reason``.
    """
    contact = await contact_of(await uow.session.connection(), person_id) if person_id else None
    locale = contact.locale if contact else uow.site.settings.of(SiteSettings).locale
    reason = asked(reason=uow.site.texts.gettext(locale, why))
    await act(uow, line_id, "cancel", reason, by=Actor(), system=True)
