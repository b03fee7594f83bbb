"""What people hear when something is done with their account. The events of the accounts room hold no secret."""

from __future__ import annotations

from uuid import UUID

from marketplace_kit.accounts.domain import (
    RESET_BY_PHONE,
    RESET_PASSWORD,
    SIGN_IN_BY_MAIL,
    SIGN_IN_BY_PHONE,
    ContactChangeAsked,
    ContactChanged,
    EmailChangeAsked,
    ExportReady,
    PasswordChanged,
    PasswordResetAsked,
    PhoneCodeAsked,
    Reactivated,
    lookup_of,
)
from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.accounts.services import issue_token
from marketplace_kit.kernel.hooks import Listener
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.notifications.services.notifying import notify

_CODE = "{code}"
"""Stored in the code's place: it is put in when the message leaves."""
_CODES = {
    RESET_BY_PHONE: ("accounts.reset_code", "/password-reset/code"),
    SIGN_IN_BY_PHONE: ("accounts.sign_in_code", "/sign-in/code/enter"),
    SIGN_IN_BY_MAIL: ("accounts.sign_in_code_mail", "/sign-in/code/enter"),
}


async def send_code(uow: UnitOfWork, event: PhoneCodeAsked) -> None:
    """The code that proves a number or an address, to that number or address."""
    notice, link = _CODES.get(event.purpose, ("accounts.phone_code", "/verify-phone"))
    await _tell(uow, event.person_id, notice, link, token_id=event.token_id, code=_CODE)


async def send_reset(uow: UnitOfWork, event: PasswordResetAsked) -> None:
    """The link that sets a new password, to the stored address."""
    person = await contact_of(await uow.session.connection(), event.person_id)
    if person is None or person.email is None:
        return
    token_id = await issue_token(uow, person.person_id, RESET_PASSWORD, lookup_of(person.email))
    await _tell(uow, event.person_id, "accounts.reset_password", "/reset/{token}", token_id=token_id)


async def send_change_link(uow: UnitOfWork, event: EmailChangeAsked) -> None:
    """The link that proves another e-mail address, to that address."""
    await _tell(uow, event.person_id, "accounts.change_email", "/verify/{token}", token_id=event.token_id)


async def tell_change_asked(uow: UnitOfWork, event: ContactChangeAsked) -> None:
    await _tell(uow, event.person_id, f"accounts.{event.what}_change_asked", "/account/security")


async def tell_contact_changed(uow: UnitOfWork, event: ContactChanged) -> None:
    await _tell(uow, event.person_id, "accounts.contact_changed", "/account/security")


async def tell_password_changed(uow: UnitOfWork, event: PasswordChanged) -> None:
    await _tell(uow, event.person_id, "accounts.password_changed", "/password-reset")


async def tell_export_ready(uow: UnitOfWork, event: ExportReady) -> None:
    await _tell(uow, event.person_id, "accounts.export_ready", "/account/privacy")


async def tell_reactivated(uow: UnitOfWork, event: Reactivated) -> None:
    await _tell(uow, event.person_id, "accounts.reactivated", "/sign-in")


async def _tell(uow: UnitOfWork, to: UUID, notice: str, link: str, token_id: UUID | None = None, **facts: str) -> None:
    key = f"{notice}:{token_id or new_id()}"
    await notify(uow, to=to, notice=notice, facts=facts, link=link, key=key, token_id=token_id)


LISTENERS = (
    Listener(name="notifications.send_code", event=PhoneCodeAsked, handle=send_code),
    Listener(name="notifications.send_reset", event=PasswordResetAsked, handle=send_reset),
    Listener(name="notifications.send_change_link", event=EmailChangeAsked, handle=send_change_link),
    Listener(name="notifications.tell_change_asked", event=ContactChangeAsked, handle=tell_change_asked),
    Listener(name="notifications.tell_contact_changed", event=ContactChanged, handle=tell_contact_changed),
    Listener(name="notifications.tell_password_changed", event=PasswordChanged, handle=tell_password_changed),
    Listener(name="notifications.tell_export_ready", event=ExportReady, handle=tell_export_ready),
    Listener(name="notifications.tell_reactivated", event=Reactivated, handle=tell_reactivated),
)
