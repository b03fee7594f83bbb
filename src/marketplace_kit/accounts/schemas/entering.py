"""Registering, signing in, proving an address and getting back in."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from marketplace_kit.accounts.schemas.asked import CODE, LANGUAGE, NAME, NEW_PASSWORD, PASSWORD, PHONE, TERMS
from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.texts import N_


class NewPerson(Form, frozen=True, kw_only=True):
    """Register, as a program does it: with an e-mail address, a phone number or both."""

    name: Annotated[str, NAME]
    email: Annotated[str | None, Field(N_("E-mail"), format="email", max_length=254, autocomplete="email")] = None
    phone: Annotated[str | None, Field(N_("Phone"), format="phone", max_length=40, autocomplete="tel")] = None
    password: Annotated[str, NEW_PASSWORD]
    accept_terms: Annotated[bool, TERMS]
    locale: Annotated[str | None, LANGUAGE] = None


class RegisterForm(Form):
    """Register, as a page asks for it: four answers."""

    name: Annotated[str, NAME]
    contact: Annotated[str, Field(N_("E-mail or phone"), format="contact", max_length=254, autocomplete="username")]
    password: Annotated[str, NEW_PASSWORD]
    accept_terms: Annotated[bool, TERMS]


class Credentials(Form, frozen=True, kw_only=True):
    """Sign in, as a program does it."""

    email: Annotated[str | None, Field(N_("E-mail"), format="email", max_length=254)] = None
    phone: Annotated[str | None, Field(N_("Phone"), format="phone", max_length=40)] = None
    password: Annotated[str, PASSWORD]


class SignInForm(Form):
    """Sign in, as a page asks for it."""

    contact: Annotated[str, Field(N_("E-mail or phone"), format="contact", max_length=254, autocomplete="username")]
    password: Annotated[str, PASSWORD]


class RefreshRequest(Form):
    refresh_token: Annotated[str, Field(N_("Refresh token"), format="password", max_length=100)]


class Reach(Form, frozen=True, kw_only=True):
    """An e-mail address or a phone number that somebody is registered with."""

    email: Annotated[str | None, Field(N_("E-mail"), format="email", max_length=254)] = None
    phone: Annotated[str | None, Field(N_("Phone"), format="phone", max_length=40)] = None


class ReachForm(Form):
    """The same, as a page asks for it."""

    contact: Annotated[str, Field(N_("E-mail or phone"), format="contact", max_length=254, autocomplete="username")]


class EmailForm(Form):
    email: Annotated[str, Field(N_("E-mail"), format="email", max_length=254, autocomplete="email")]


class Correction(Form):
    """Registered with a mistyped address: another one in its place."""

    email: Annotated[str, Field(N_("The address you registered with"), format="email", max_length=254)]
    password: Annotated[str, PASSWORD]
    new_email: Annotated[str, Field(N_("The right address"), format="email", max_length=254, autocomplete="email")]


class PhoneForm(Form):
    phone: Annotated[str, PHONE]


class PhoneProof(Form):
    """A number and the code that was sent to it."""

    phone: Annotated[str, PHONE]
    code: Annotated[str, CODE]


class CodeSignIn(Form, frozen=True, kw_only=True):
    """Sign in with the code that was sent, as a program does it."""

    email: Annotated[str | None, Field(N_("E-mail"), format="email", max_length=254)] = None
    phone: Annotated[str | None, Field(N_("Phone"), format="phone", max_length=40)] = None
    code: Annotated[str, CODE]


class CodeSignInForm(Form):
    """The same, as a page asks for it."""

    contact: Annotated[str, Field(N_("E-mail or phone"), format="contact", max_length=254, autocomplete="username")]
    code: Annotated[str, CODE]


class NewPasswordForm(Form):
    """A new password, by the link of a mail."""

    password: Annotated[str, NEW_PASSWORD]


class ResetByPhone(Form):
    """A new password, by the code on one's phone."""

    phone: Annotated[str, PHONE]
    code: Annotated[str, CODE]
    password: Annotated[str, NEW_PASSWORD]


class ResetProof(Form, frozen=True, kw_only=True):
    """A new password, as a program sets it: with the token of a mail's link, or a phone and its code."""

    token: Annotated[str | None, Field(N_("Token of the link"), max_length=100)] = None
    phone: Annotated[str | None, Field(N_("Phone"), format="phone", max_length=40)] = None
    code: Annotated[str | None, Field(N_("Code from the message"), max_length=20)] = None
    password: Annotated[str, NEW_PASSWORD]


class ToProve(msgspec.Struct, frozen=True, kw_only=True):
    """Where a one-time secret has to go, and whether it is still worth sending."""

    to: str | None
    is_code: bool
    live: bool


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """The same answer whether or not anybody has this address; ``check_your_phone`` where a code was asked for."""

    status: str = "check_your_mail"


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    verified: bool = True


class StoredPassword(msgspec.Struct, frozen=True, kw_only=True):
    """What a password is checked against."""

    person_id: UUID
    password_hash: str | None
    usable: bool
