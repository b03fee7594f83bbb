"""What is told of accounts: ids and values only, never a secret."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from marketplace_kit.kernel.events import Event


class Registered(Event, frozen=True, kw_only=True):
    """Somebody registered and has not yet proved the address (or registered anew before proving it)."""

    name: ClassVar[str] = "accounts.registered"
    person_id: UUID


class RegisteredAgain(Event, frozen=True, kw_only=True):
    """Somebody tried to register with an address of this person; ``by`` is ``email`` or ``phone``."""

    name: ClassVar[str] = "accounts.registered_again"
    person_id: UUID
    by: str = "email"


class EmailVerified(Event, frozen=True, kw_only=True):
    name: ClassVar[str] = "accounts.email_verified"
    person_id: UUID


class PhoneCodeAsked(Event, frozen=True, kw_only=True):
    """A one-time code has to reach the number that it proves. ``token_id`` is the code's row, never the code."""

    name: ClassVar[str] = "accounts.phone_code_asked"
    person_id: UUID
    token_id: UUID
    purpose: str


class PhoneVerified(Event, frozen=True, kw_only=True):
    name: ClassVar[str] = "accounts.phone_verified"
    person_id: UUID


class PasswordResetAsked(Event, frozen=True, kw_only=True):
    """Somebody wants a new password for this person, who proves it by mail."""

    name: ClassVar[str] = "accounts.password_reset_asked"
    person_id: UUID


class PasswordChanged(Event, frozen=True, kw_only=True):
    """A password was changed or reset; every other sign-in has ended."""

    name: ClassVar[str] = "accounts.password_changed"
    person_id: UUID


class EmailChangeAsked(Event, frozen=True, kw_only=True):
    """A person wants another e-mail address: ``token_id`` is the link that proves it, sent to that address alone."""

    name: ClassVar[str] = "accounts.email_change_asked"
    person_id: UUID
    token_id: UUID


class ContactChangeAsked(Event, frozen=True, kw_only=True):
    """Somebody who knows this person's password wants another address; ``what`` is ``email`` or ``phone``. The present
    address is told at once: afterwards nobody could.
    """

    name: ClassVar[str] = "accounts.contact_change_asked"
    person_id: UUID
    what: str


class ContactChanged(Event, frozen=True, kw_only=True):
    """Another address is this person's by now; ``what`` is ``email`` or ``phone``."""

    name: ClassVar[str] = "accounts.contact_changed"
    person_id: UUID
    what: str


class Deactivated(Event, frozen=True, kw_only=True):
    """An admin closed an account; it can be opened again."""

    name: ClassVar[str] = "accounts.deactivated"
    person_id: UUID


class Reactivated(Event, frozen=True, kw_only=True):
    name: ClassVar[str] = "accounts.reactivated"
    person_id: UUID


class StageChanged(Event, frozen=True, kw_only=True):
    """Somebody came further or went back on the way from prospect to owner."""

    name: ClassVar[str] = "accounts.stage_changed"
    person_id: UUID
    before: str
    after: str


class ExportReady(Event, frozen=True, kw_only=True):
    """The file with everything that is kept about a person can be fetched."""

    name: ClassVar[str] = "accounts.export_ready"
    person_id: UUID
    export_id: UUID
