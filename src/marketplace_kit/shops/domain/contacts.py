"""Numbers and links by which a shop is known and reached. Nothing here is looked up: every link is plain text."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from urllib.parse import quote

import phonenumbers

_ODD_ONES_OUT = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
_DIGITS = re.compile(r"[0-9]*", re.ASCII)
_HANDLE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.]{1,38}", re.ASCII)
_BEFORE_HANDLE = re.compile(r"^(?:https?://)?(?:www\.)?(?:t\.me|telegram\.me|instagram\.com)/|^@", re.IGNORECASE)


def tax_id_fault(number: str) -> str:
    """What is wrong with an ИИН or БИН: ``length``, ``digits`` or ``checksum``; empty if nothing is. The digits of
    birth or registration are not looked at: they need not match anything (Ministry of Justice, 2019).
    """
    if len(number) != 12:
        return "length"
    if not _DIGITS.fullmatch(number):
        return "digits"
    digits = [int(digit) for digit in number]
    return "" if _control(digits[:11]) == digits[11] else "checksum"


def _control(digits: Sequence[int]) -> int:
    """The twelfth digit; 10 where no number begins with these."""
    control = sum(digit * weight for digit, weight in zip(digits, range(1, 12), strict=True)) % 11
    if control == 10:
        weights = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
        control = sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    return control


def sample_tax_id(name: str) -> str:
    """A БИН that passes every check, for shops of samples and tests: the same for the same name."""
    serial = zlib.crc32(name.encode()) % 10_000
    while True:
        first = f"2401400{serial:04}"
        last = _control([int(digit) for digit in first])
        if last < 10:
            return f"{first}{last}"
        serial = (serial + 1) % 10_000


def is_mobile(phone: str) -> bool:
    """Whether a stored number can have a messenger behind it."""
    try:
        return phonenumbers.number_type(phonenumbers.parse(phone)) in _ODD_ONES_OUT
    except phonenumbers.NumberParseException:
        return False


def whatsapp_link(phone: str) -> str:
    """``https://wa.me/77012345678``: digits only, for mobile numbers only; empty for others."""
    return f"https://wa.me/{phone.lstrip('+')}" if is_mobile(phone) else ""


def handle(text: str) -> str | None:
    """A name at Telegram or Instagram, however it was given (``@name``, a link); ``None`` if it is none."""
    bare = _BEFORE_HANDLE.sub("", text.strip()).split("?")[0].strip("/")
    return bare if _HANDLE.fullmatch(bare) else None


def map_links(lat: float | None, lon: float | None, address: str, city: str) -> dict[str, str]:
    """Directions at three map services, by name: to the point if it is known, else to the address."""
    if lat is not None and lon is not None:
        at = f"{lat:.6f},{lon:.6f}"
        return {
            "2GIS": f"https://2gis.kz/routeSearch/rsType/car/to/{lon:.6f},{lat:.6f}",
            "Google": f"https://www.google.com/maps/dir/?api=1&destination={quote(at)}",
            "Yandex": f"https://yandex.kz/maps/?rtext=~{quote(at)}&rtt=auto",
        }
    if not address:
        return {}
    wanted = quote(f"{city}, {address}" if city else address, safe="")
    return {
        "2GIS": f"https://2gis.kz/search/{wanted}",
        "Google": f"https://www.google.com/maps/search/?api=1&query={wanted}",
        "Yandex": f"https://yandex.kz/maps/?text={wanted}",
    }
