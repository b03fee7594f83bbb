"""Somebody with an account."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import attrs

from marketplace_kit.accounts.domain.events import (
    ContactChanged,
    Deactivated,
    EmailVerified,
    PasswordChanged,
    PhoneVerified,
    Reactivated,
    Registered,
)
from marketplace_kit.accounts.domain.reading import folded, lookup_of
from marketplace_kit.accounts.domain.refusals import CodeNotValid, LinkNotValid
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.ids import new_id


@attrs.define(slots=False, eq=False, kw_only=True)
class Person:
    """Somebody with an account. ``epoch`` is raised to end every sign-in and bearer token at once."""

    id: UUID = attrs.field(factory=new_id)
    name: str
    name_lookup: str = attrs.field(default=attrs.Factory(lambda self: folded(self.name), takes_self=True), init=False)
    email: str | None = None
    email_lookup: str | None = None
    email_verified_at: datetime | None = None
    phone: str | None = None
    phone_verified_at: datetime | None = None
    password_hash: str | None = None
    locale: str
    currency: str | None = None
    country: str | None = None
    city: str | None = None
    about: str | None = None
    interests: list[str] | None = None
    lat: float | None = None
    lon: float | None = None
    located_at: datetime | None = None
    epoch: int = 0
    created_at: datetime
    deactivated_at: datetime | None = None
    version: int = attrs.field(default=1, init=False)

    @property
    def active(self) -> bool:
        return self.deactivated_at is None

    @property
    def confirmed(self) -> bool:
        """Whether the account can be used: one of its addresses has been proved."""
        return self.email_verified_at is not None or self.phone_verified_at is not None

    def rename(self, name: str) -> None:
        self.name, self.name_lookup = name, folded(name)

    def register_anew(self, *, name: str, password_hash: str, locale: str) -> Registered:
        """Nobody has proved the address yet, so nobody owns this account: the newest registration counts."""
        self.rename(name)
        self.password_hash, self.locale = password_hash, locale
        return Registered(person_id=self.id)

    def verify_email(self, address: str, at: datetime) -> EmailVerified | None:
        """The link sent to ``address`` was used; refuses :class:`LinkNotValid` if the person has another one by now."""
        if not self.active or self.email_lookup != address:
            raise LinkNotValid
        if self.email_verified_at is not None:
            return None
        self.email_verified_at = at
        return EmailVerified(person_id=self.id)

    def own_email(self, address: str, at: datetime) -> ContactChanged:
        """The person proved another address, which becomes theirs."""
        if not self.active:
            raise LinkNotValid
        self.email, self.email_lookup, self.email_verified_at = address, lookup_of(address), at
        return ContactChanged(person_id=self.id, what="email")

    def own_phone(self, phone: str, at: datetime) -> PhoneVerified | None:
        """The person proved a number, which becomes theirs."""
        if not self.active:
            raise CodeNotValid
        if self.phone == phone and self.phone_verified_at is not None:
            return None
        self.phone, self.phone_verified_at = phone, at
        return PhoneVerified(person_id=self.id)

    def set_password(self, password_hash: str) -> PasswordChanged:
        """Another password; whoever knew the old one is signed out everywhere."""
        self.password_hash = password_hash
        self.end_all_sign_ins()
        return PasswordChanged(person_id=self.id)

    def deactivate(self, at: datetime) -> Deactivated | None:
        if not self.active:
            return None
        self.deactivated_at = at
        self.end_all_sign_ins()
        return Deactivated(person_id=self.id)

    def reactivate(self) -> Reactivated | None:
        """Refuses :class:`Missing` for somebody who was erased: nobody is left to come back."""
        if self.active:
            return None
        if self.email is None and self.phone is None:
            raise Missing
        self.deactivated_at = None
        return Reactivated(person_id=self.id)

    def end_all_sign_ins(self) -> None:
        self.epoch += 1

    def forget(self, at: datetime) -> None:
        """Keep the row, for what points at it, and nothing of the person."""
        self.rename("")
        self.password_hash = None
        self.email = self.email_lookup = self.email_verified_at = self.phone = self.phone_verified_at = None
        self.currency = self.country = self.city = self.about = self.interests = None
        self.lat = self.lon = self.located_at = None
        self.deactivated_at = self.deactivated_at or at
        self.end_all_sign_ins()
