"""What a person is to the site, and what is refused to them. Pure: time and hashes are handed in."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import attrs

from marketplace_kit.kernel.errors import DomainError, Invalid, Kind, Problem
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.texts import N_

ROLES = ("customer", "vendor", "operator", "admin")
"""Site-wide roles. Whom somebody works for is membership, which the shops know."""

SIGN_IN_IDLE = timedelta(days=7)
SIGN_IN_LONGEST = timedelta(days=30)
SEEN_AGAIN_AFTER = timedelta(minutes=5)
"""A sign-in ends when it is not used for the first, and always after the second; its use is noted once in the third."""

ACCESS_LASTS = timedelta(minutes=10)
VERIFY_EMAIL = "verify_email"
TOKEN_LASTS = {VERIFY_EMAIL: timedelta(hours=24)}

# The most used passwords of 8 characters and more (NIST SP 800-63B §5.1.1.2: compare with those known to be common).
COMMON_PASSWORDS = frozenset(
    [
        "12345678",
        "123456789",
        "1234567890",
        "87654321",
        "987654321",
        "11111111",
        "00000000",
        "88888888",
        "12341234",
        "123123123",
        "password",
        "password1",
        "password12",
        "password123",
        "passw0rd",
        "p@ssw0rd",
        "qwertyui",
        "qwertyuiop",
        "qwerty12",
        "qwerty123",
        "qwerty1234",
        "qwerty12345",
        "1q2w3e4r",
        "1q2w3e4r5t",
        "1qaz2wsx",
        "q1w2e3r4",
        "q1w2e3r4t5",
        "asdfghjk",
        "asdfghjkl",
        "zxcvbnm1",
        "iloveyou",
        "sunshine",
        "princess",
        "football",
        "baseball",
        "superman",
        "trustno1",
        "starwars",
        "whatever",
        "computer",
        "internet",
        "michelle",
        "jennifer",
        "abc12345",
        "abcd1234",
        "a1b2c3d4",
        "admin123",
        "administrator",
        "welcome1",
        "welcome123",
        "changeme",
        "letmein1",
        "monkey123",
        "dragon123",
        "kazakhstan",
        "almaty123",
        "atyrau123",
        "astana123",
        "йцукенгш",
        "йцукенгшщз",
        "пароль123",
        "привет123",
        "любовь123",
    ]
)


class SignInRefused(DomainError):
    """One refusal for every cause, so that nobody learns who has an account."""

    code = "sign_in_refused"
    kind = Kind.UNAUTHENTICATED
    text = N_(
        "That did not fit. Check the address and the password. "
        "If you have just registered, first open the link in our mail."
    )


class LinkNotValid(DomainError):
    code = "link_not_valid"
    kind = Kind.MISSING
    text = N_(
        "This link has been used already or is too old. "
        "If your address is confirmed, simply sign in; else register again."
    )


class RefreshRefused(DomainError):
    code = "refresh_refused"
    kind = Kind.UNAUTHENTICATED
    text = N_("This sign-in has ended. Please sign in again.")


class ContactTaken(DomainError):
    code = "contact_taken"
    kind = Kind.CONFLICT
    text = N_("Somebody is registered with this e-mail address or phone number.")


class UnknownRole(DomainError):
    code = "unknown_role"
    kind = Kind.INVALID
    text = N_("There is no role “{role}”.")


class Registered(Event, frozen=True, kw_only=True):
    """Somebody registered and has not yet proved the address (or registered anew before proving it)."""

    name: ClassVar[str] = "accounts.registered"
    person_id: UUID


class RegisteredAgain(Event, frozen=True, kw_only=True):
    """Somebody tried to register with the address of this person."""

    name: ClassVar[str] = "accounts.registered_again"
    person_id: UUID


class EmailVerified(Event, frozen=True, kw_only=True):
    name: ClassVar[str] = "accounts.email_verified"
    person_id: UUID


def lookup_of(email: str) -> str:
    """The form by which an address is found: NFKC, lower case. Mail goes to the stored address, never to this one."""
    return unicodedata.normalize("NFKC", email).lower()


_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser", "Yandex Browser"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_of(agent: str) -> str:
    """What a person would call the program that signed in ("Chrome, Android"); the first word of any other's name.

    The order tells apart those that claim to be one another. For reading only: anybody can send any name.
    """
    names = [next((name for mark, name in known if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in names if name) or agent.split("/")[0].split(" ")[0]


def check_password(password: str, *known: str | None) -> None:
    """Refuses, as a problem of the field, a password that is common or is the person's own name or address."""
    plain = unicodedata.normalize("NFKC", password).lower()
    own = {lookup_of(k) for k in known if k}
    if plain in COMMON_PASSWORDS or plain in own or len(set(plain)) < 3:
        raise Invalid(
            Problem("password", "password_common", N_("Too many people use this password. Please choose another one."))
        )


@attrs.define(slots=False, eq=False, kw_only=True)
class Person:
    """Somebody with an account. ``epoch`` is raised to end every sign-in and bearer token at once."""

    id: UUID = attrs.field(factory=new_id)
    name: str
    email: str | None = None
    email_lookup: str | None = None
    email_verified_at: datetime | None = None
    phone: str | None = None
    phone_verified_at: datetime | None = None
    password_hash: str | None = None
    locale: str
    epoch: int = 0
    created_at: datetime
    deactivated_at: datetime | None = None
    version: int = attrs.field(default=1, init=False)

    @property
    def active(self) -> bool:
        return self.deactivated_at is None

    @property
    def confirmed(self) -> bool:
        """Whether the account can be used: an e-mail address, where there is one, must have been proved."""
        return self.email is None or self.email_verified_at is not None

    def register_anew(self, *, name: str, password_hash: str, locale: str) -> Registered:
        """Nobody has proved the address yet, so nobody owns this account: the newest registration counts."""
        self.name, self.password_hash, self.locale = name, password_hash, locale
        return Registered(person_id=self.id)

    def verify_email(self, address: str, at: datetime) -> EmailVerified | None:
        """The link sent to ``address`` was used; refuses :class:`LinkNotValid` if the person has another one by now."""
        if not self.active or self.email_lookup != address:
            raise LinkNotValid
        if self.email_verified_at is not None:
            return None
        self.email_verified_at = at
        return EmailVerified(person_id=self.id)

    def end_all_sign_ins(self) -> None:
        self.epoch += 1

    def forget(self, at: datetime) -> None:
        """Keep the row, for what points at it, and nothing of the person."""
        self.name, self.password_hash = "", None
        self.email = self.email_lookup = self.email_verified_at = self.phone = self.phone_verified_at = None
        self.deactivated_at = self.deactivated_at or at
        self.end_all_sign_ins()
