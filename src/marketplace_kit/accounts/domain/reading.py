"""Addresses, numbers and devices as they are looked up and shown; passwords that are refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import phonenumbers

from marketplace_kit.accounts.domain.rules import COMMON_PASSWORDS, STAGES
from marketplace_kit.kernel.errors import Invalid, Problem
from marketplace_kit.kernel.texts import N_


def lookup_of(email: str) -> str:
    """The form by which an address is found: NFKC, lower case. Mail goes to the stored address, never to this one."""
    return unicodedata.normalize("NFKC", email).lower()


_FOLDED = str.maketrans("ёәғқңөұүһі", "еагкноуухи")


def folded(name: str) -> str:
    """A name as it is looked for: lower case, without what people leave out when they type in a hurry."""
    return " ".join(unicodedata.normalize("NFKC", name).lower().translate(_FOLDED).split())


def region_of(phone: str) -> str:
    """The country of a stored number. +7 is shared: 6 and 7 are Kazakhstan's, the others Russia's."""
    if phone.startswith("+7"):
        return "KZ" if phone[2:3] in {"6", "7"} else "RU"
    return phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or ""


def shown_phone(phone: str) -> str:
    """A stored number as people read it: ``+7 701 234 56 78``."""
    if phone.startswith("+7") and len(phone) == 12:
        return f"+7 {phone[2:5]} {phone[5:8]} {phone[8:10]} {phone[10:]}"
    return phonenumbers.format_number(phonenumbers.parse(phone), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def masked_address(address: str) -> str:
    """A network address with its last part left out: enough to recognise one's own, too little to find somebody."""
    if ":" in address:
        return ":".join(address.split(":")[:3]) + ":…"
    parts = address.split(".")
    return ".".join(parts[:2]) + ".…" if len(parts) == 4 else address


def furthest(stages: Iterable[str]) -> str:
    """The stage that is shown of those that were noted."""
    return max(stages, key=STAGES.index, default=STAGES[0])


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
