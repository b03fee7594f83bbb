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
        int, Field(N_("Sign-in tries for one person"), unit=N_("in 5 minutes"), min=1, max=10_000, runtime=True)
    ] = 10
    # Mobile networks here put thousands of people behind one address, hence more than for one person.
    sign_ins_per_address: Annotated[
        int,
        Field(N_("Sign-in tries from one network address"), unit=N_("in 5 minutes"), min=1, max=100_000, runtime=True),
    ] = 30
    marketing_version: Annotated[str, Field(N_("Version of the consent to offers"), max_length=40)] = "1"
    codes_per_hour: Annotated[
        int,
        Field(
            N_("Codes sent to phones"),
            unit=N_("in one hour, all together"),
            hint=N_("Each costs money: this bounds what a flood of requests can cost."),
            min=1,
            max=1_000_000,
            runtime=True,
        ),
    ] = 600
    operator_name: Annotated[
        str,
        Field(
            N_("Who runs the site"), hint=N_("The legal name, as it stands in the terms and in consents."), runtime=True
        ),
    ] = ""
    operator_bin: Annotated[str, Field(N_("BIN or IIN of who runs the site"), pattern=r"(\d{12})?", runtime=True)] = ""
    operator_contact: Annotated[
        str,
        Field(
            N_("Contact for questions about personal data"),
            hint=N_("An e-mail address or a phone number."),
            runtime=True,
        ),
    ] = ""
    data_crosses_border: Annotated[
        bool,
        Field(
            N_("Personal data crosses the border"),
            hint=N_("True as soon as messages leave by messengers, mail or calendars abroad."),
        ),
    ] = True
    documents_folder: Annotated[
        str,
        Field(
            N_("Folder of the site's own legal texts"),
            max_length=500,
            hint=N_("terms.ru.txt, privacy.kk.txt and so on; those that are not there are ours."),
        ),
    ] = ""


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
    password: Annotated[str, _PASSWORD]
    new_email: Annotated[str, Field(N_("The right address"), format="email", max_length=254, autocomplete="email")]


_PHONE = Field(N_("Phone"), format="phone", max_length=40, autocomplete="tel")
_CODE = Field(
    N_("Code from the message"),
    hint=N_("Six digits. It works for ten minutes."),
    max_length=20,
    autocomplete="one-time-code",
)


class PhoneForm(Form):
    phone: Annotated[str, _PHONE]


class PhoneProof(Form):
    """A number and the code that was sent to it."""

    phone: Annotated[str, _PHONE]
    code: Annotated[str, _CODE]


class CodeSignIn(Form, frozen=True, kw_only=True):
    """Sign in with the code that was sent, as a program does it."""

    email: Annotated[str | None, Field(N_("E-mail"), format="email", max_length=254)] = None
    phone: Annotated[str | None, Field(N_("Phone"), format="phone", max_length=40)] = None
    code: Annotated[str, _CODE]


class CodeSignInForm(Form):
    """The same, as a page asks for it."""

    contact: Annotated[str, Field(N_("E-mail or phone"), format="contact", max_length=254, autocomplete="username")]
    code: Annotated[str, _CODE]


class NewPasswordForm(Form):
    """A new password, by the link of a mail."""

    password: Annotated[str, _NEW_PASSWORD]


class ResetByPhone(Form):
    """A new password, by the code on one's phone."""

    phone: Annotated[str, _PHONE]
    code: Annotated[str, _CODE]
    password: Annotated[str, _NEW_PASSWORD]


class ResetProof(Form, frozen=True, kw_only=True):
    """A new password, as a program sets it: with the token of a mail's link, or a phone and its code."""

    token: Annotated[str | None, Field(N_("Token of the link"), max_length=100)] = None
    phone: Annotated[str | None, Field(N_("Phone"), format="phone", max_length=40)] = None
    code: Annotated[str | None, Field(N_("Code from the message"), max_length=20)] = None
    password: Annotated[str, _NEW_PASSWORD]


class PasswordChange(Form):
    current_password: Annotated[
        str, Field(N_("Present password"), format="password", max_length=128, autocomplete="current-password")
    ]
    password: Annotated[
        str,
        Field(
            N_("New password"),
            hint=N_("At least 8 characters. A few words in a row are easy to remember."),
            format="password",
            min_length=8,
            max_length=128,
            autocomplete="new-password",
        ),
    ]


class EmailChange(Form):
    email: Annotated[str, Field(N_("New e-mail"), format="email", max_length=254, autocomplete="email")]
    password: Annotated[str, _PASSWORD]


class PhoneChange(Form):
    phone: Annotated[str, Field(N_("New phone"), format="phone", max_length=40, autocomplete="tel")]
    password: Annotated[str, _PASSWORD]


class Erasure(Form):
    """Erase me: the password once more."""

    password: Annotated[str, _PASSWORD]


CURRENCIES = ("KZT", "RUB", "USD", "EUR", "GBP", "CNY", "TRY", "UZS", "KGS", "AZN")
_CURRENCY = Field(N_("Currency"), choices=tuple((code, code) for code in CURRENCIES))
_COUNTRY = Field(N_("Country"), hint=N_("Two letters, such as KZ."), pattern="[A-Z]{2}", autocomplete="country")
_CITY = Field(N_("City"), max_length=80, autocomplete="address-level2")


class Profile(Form):
    """What people may change about themselves."""

    name: Annotated[str, _NAME]
    locale: Annotated[str, _LANGUAGE]
    currency: Annotated[str | None, _CURRENCY] = None
    country: Annotated[str | None, _COUNTRY] = None
    city: Annotated[str | None, _CITY] = None
    about: Annotated[
        str | None,
        Field(
            N_("About you"),
            hint=N_("Who lives with you, your home, your animals: what a shop or a kennel may want to know. Optional."),
            max_length=1000,
            long=True,
        ),
    ] = None


class Preferences(Form):
    """How the site is shown to somebody."""

    locale: Annotated[str, _LANGUAGE]
    currency: Annotated[str | None, _CURRENCY] = None
    country: Annotated[str | None, _COUNTRY] = None
    city: Annotated[str | None, _CITY] = None
    marketing: Annotated[bool, Field(N_("Send me offers and news"))] = False


class NewAddress(Form, frozen=True, kw_only=True):
    """A place where somebody can be found or delivered to."""

    label: Annotated[str, Field(N_("What you call it"), hint=N_("Home, work…"), max_length=60)]
    street: Annotated[str, Field(N_("Street and house"), max_length=200, autocomplete="address-line1")]
    apartment: Annotated[
        str | None, Field(N_("Apartment, entrance, floor"), max_length=40, autocomplete="address-line2")
    ] = None
    city: Annotated[str, Field(N_("City"), max_length=100, autocomplete="address-level2")]
    country: Annotated[str, _COUNTRY] = "KZ"
    postcode: Annotated[str | None, Field(N_("Postcode"), max_length=20, autocomplete="postal-code")] = None
    note: Annotated[str | None, Field(N_("Note for the courier"), max_length=300)] = None
    is_default: Annotated[bool, Field(N_("Use it unless I choose another one"))] = False


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody was last, to about a hundred metres."""

    lat: float
    lon: float
    at: datetime


class Here(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where somebody is: degrees, north and east positive."""

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    city: Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$")] | None = None
    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")] | None = None


class AddressRow(msgspec.Struct, frozen=True, kw_only=True):
    """One of a person's addresses."""

    id: UUID
    label: str
    street: str
    apartment: str | None
    city: str
    country: str
    postcode: str | None
    note: str | None
    is_default: bool


class AddressList(msgspec.Struct, frozen=True):
    items: list[AddressRow]


class PreferencesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    locale: str
    currency: str
    country: str | None
    city: str | None
    marketing: bool
    interests: list[str]


class ConsentRow(msgspec.Struct, frozen=True, kw_only=True):
    """One consent that was given or taken back."""

    purpose: str
    given: bool
    document_version: str
    locale: str
    text_hash: str
    operator_name: str
    operator_bin: str
    way: str
    term: str
    data: list[str]
    third_party: bool
    cross_border: bool
    made_public: bool
    at: datetime


class Consents(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands with each purpose, and every record there is."""

    current: list[ConsentRow]
    history: list[ConsentRow]


class AccessRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the staff looked at one's data."""

    by: str
    what: str
    at: datetime


class ExportRow(msgspec.Struct, frozen=True, kw_only=True):
    """An export of one's data; ``ready_at`` is null while it is being made."""

    id: UUID
    asked_at: datetime
    ready_at: datetime | None
    expires_at: datetime
    size: int | None


class ExportList(msgspec.Struct, frozen=True):
    items: list[ExportRow]


class StageRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one source knows of somebody's way."""

    source: str
    stage: str
    noted_at: datetime


class ToProve(msgspec.Struct, frozen=True, kw_only=True):
    """Where a one-time secret has to go, and whether it is still worth sending."""

    to: str | None
    is_code: bool
    live: bool


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """A person, as they see themselves."""

    id: UUID
    name: str
    email: str | None
    email_verified: bool
    phone: str | None
    phone_verified: bool
    phone_region: str | None
    is_verified: bool
    locale: str
    currency: str | None
    country: str | None
    city: str | None
    about: str | None
    interests: list[str]
    location: Location | None
    status: str
    roles: list[str]
    created_at: datetime


class PersonDetails(Me, frozen=True, kw_only=True):
    """A person, as an admin sees them."""

    active: bool
    deactivated_at: datetime | None
    sessions: int
    stages: list[StageRow]


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """A person, as an admin's list shows them."""

    id: UUID
    name: str
    email: str | None
    phone: str | None
    verified: bool
    active: bool
    status: str
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


class SessionList(msgspec.Struct, frozen=True):
    items: list[SignInRow]


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
    """The same answer whether or not anybody has this address; ``check_your_phone`` where a code was asked for."""

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
