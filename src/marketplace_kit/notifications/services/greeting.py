"""What people hear about their accounts. The accounts room lies below this one: it tells by events."""

from __future__ import annotations

from marketplace_kit.accounts.domain import (
    VERIFY_EMAIL,
    EmailVerified,
    PhoneVerified,
    Registered,
    RegisteredAgain,
    lookup_of,
)
from marketplace_kit.accounts.queries import contact_of
from marketplace_kit.accounts.services import issue_token
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.site import UnitOfWork
from marketplace_kit.notifications.services.notifying import notify


async def confirm_address(uow: UnitOfWork, event: Registered) -> None:
    """Send the link that proves an address. Somebody without one gets a code by phone instead."""
    person = await contact_of(await uow.session.connection(), event.person_id)
    if person is None or person.email is None or person.email_verified:
        return
    token_id = await issue_token(uow, person.person_id, VERIFY_EMAIL, lookup_of(person.email))
    key = f"accounts.verify_email:{token_id}"
    await notify(
        uow,
        to=person.person_id,
        notice="accounts.verify_email",
        facts={},
        link="/verify/{token}",
        key=key,
        token_id=token_id,
    )


async def tell_owner(uow: UnitOfWork, event: RegisteredAgain) -> None:
    """Tell the owner of an address that somebody registered with it once more."""
    notice = "accounts.phone_already_registered" if event.by == "phone" else "accounts.already_registered"
    await notify(uow, to=event.person_id, notice=notice, facts={}, link="/sign-in", key=f"{notice}:{new_id()}")


async def welcome(uow: UnitOfWork, event: EmailVerified | PhoneVerified) -> None:
    """Greet somebody whose address is proved."""
    person = await contact_of(await uow.session.connection(), event.person_id)
    if person is not None:
        await _welcome(uow, event.person_id.hex, person.name, event)


async def _welcome(uow: UnitOfWork, once: str, name: str, event: EmailVerified | PhoneVerified) -> None:
    key = f"accounts.welcome:{once}"
    await notify(uow, to=event.person_id, notice="accounts.welcome", facts={"name": name}, link="/account", key=key)
