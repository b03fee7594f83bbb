"""What goes over the wire: forms that are taken, structs that are answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.texts import N_

LANGUAGES = (("kk", N_("Қазақша")), ("ru", N_("Русский")), ("en", N_("English")))
_NAME = Field(N_("Your name"), max_length=100, autocomplete="name")
_LANGUAGE = Field(N_("Language"), choices=LANGUAGES)
_NEW_PASSWORD = Field(
    N_("Password"),
    hint=N_("At least 8 characters. A few words in a row are easy to remember."),
    format="password",
    min_length=8,
    max_length=128,
    autocomplete="new-password",
)
_PASSWORD = Field(N_("Password"), format="password", max_length=128, autocomplete="current-password")
_TERMS = Field(N_("I accept the terms of use and the privacy policy"))


class AccountSettings(Form):
    """``[accounts]``: what people agree to, and how often a sign-in may be tried."""

    terms_version: Annotated[str, Field(N_("Version of the terms of use"), max_length=40)] = "1"
    privacy_version: Annotated[str, Field(N_("Version of the privacy policy"), max_length=40)] = "1"
    sign_ins_per_person: Annotated[
        int, Field(N_("Sign-in tries for one person"), unit=N_("in 5 minutes"), min=1, max=10_000)
    ] = 10
    # Mobile networks here put thousands of people behind one address, hence more than for one person.
    sign_ins_per_address: Annotated[
        int, Field(N_("Sign-in tries from one network address"), unit=N_("in 5 minutes"), min=1, max=100_000)
    ] = 30


class NewPerson(Form, frozen=True, kw_only=True):
    """Register, as a program does it: with an e-mail address, a phone number or both."""

    name: Annotated[str, _NAME]
    email: Annotated[str | None, Field(N_("E-mail"), format="email", max_length=254, autocomplete="email")] = None
    phone: Annotated[str | None, Field(N_("Phone"), format="phone", max_length=40, autocomplete="tel")] = None
    password: Annotated[str, _NEW_PASSWORD]
    accept_terms: Annotated[bool, _TERMS]
    locale: Annotated[str | None, _LANGUAGE] = None


class RegisterForm(Form):
    """Register, as a page asks for it: four answers."""

    name: Annotated[str, _NAME]
    contact: Annotated[str, Field(N_("E-mail or phone"), format="contact", max_length=254, autocomplete="username")]
    password: Annotated[str, _NEW_PASSWORD]
    accept_terms: Annotated[bool, _TERMS]


class Credentials(Form, frozen=True, kw_only=True):
    """Sign in, as a program does it."""

    email: Annotated[str | None, Field(N_("E-mail"), format="email", max_length=254)] = None
    phone: Annotated[str | None, Field(N_("Phone"), format="phone", max_length=40)] = None
    password: Annotated[str, _PASSWORD]


class SignInForm(Form):
    """Sign in, as a page asks for it."""

    contact: Annotated[str, Field(N_("E-mail or phone"), format="contact", max_length=254, autocomplete="username")]
    password: Annotated[str, _PASSWORD]


class RefreshRequest(Form):
    refresh_token: Annotated[str, Field(N_("Refresh token"), format="password", max_length=100)]


class Profile(Form):
    """What people may change about themselves."""

    name: Annotated[str, _NAME]
    locale: Annotated[str, _LANGUAGE]


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """A person, as they see themselves."""

    id: UUID
    name: str
    email: str | None
    email_verified: bool
    phone: str | None
    phone_verified: bool
    locale: str
    roles: list[str]
    created_at: datetime


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """A person, as an admin's list shows them."""

    id: UUID
    name: str
    email: str | None
    phone: str | None
    verified: bool
    active: bool
    roles: list[str]
    created_at: datetime


class SignInRow(msgspec.Struct, frozen=True, kw_only=True):
    """One device that is signed in."""

    id: UUID
    device: str
    agent: str
    address: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    current: bool


class SessionState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the asker is signed in; the rest is null if not."""

    authenticated: bool
    user: Me | None = None
    session: SignInRow | None = None


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """For programs: send ``access_token`` as a bearer; once it has expired, trade ``refresh_token`` for new ones."""

    access_token: str
    expires_in: int
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105 - the name of a scheme (RFC 6750)


class SignedInAnswer(Tokens, frozen=True, kw_only=True):
    user: Me


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """The same answer whether or not anybody has this address."""

    status: str = "check_your_mail"


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    verified: bool = True


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """How a person can be reached; ``None`` for an address that is not there. For rooms that send."""

    person_id: UUID
    name: str
    locale: str
    active: bool
    email: str | None
    email_verified: bool
    phone: str | None
    phone_verified: bool


class Recognised(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a live sign-in belongs to."""

    person_id: UUID
    session_id: UUID
    name: str
    locale: str
    epoch: int
    seen_at: datetime
    roles: frozenset[str]


class StoredPassword(msgspec.Struct, frozen=True, kw_only=True):
    """What a password is checked against."""

    person_id: UUID
    password_hash: str | None
    usable: bool
