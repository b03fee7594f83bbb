"""What holds for accounts: roles, consents, stages, how long things last, passwords that are too common."""

from __future__ import annotations

from datetime import timedelta

import attrs

from marketplace_kit.kernel.texts import N_

ROLES = ("customer", "vendor", "operator", "admin")
"""Site-wide roles. Whom somebody works for is membership, which the shops know."""

TERMS, PRIVACY, MARKETING = "terms", "privacy", "marketing"


@attrs.frozen
class Consent:
    """What a consent is about, as its record keeps it."""

    label: str
    data: tuple[str, ...]
    term: str
    third_party: bool


_IDENTITY = ("name", "email", "phone", "language", "addresses", "location", "devices")
CONSENTS = {
    TERMS: Consent(N_("Terms of use"), ("name", "email", "phone"), "until_erased", third_party=False),
    PRIVACY: Consent(N_("Processing of personal data"), _IDENTITY, "until_erased", third_party=True),
    MARKETING: Consent(
        N_("Offers and news"), ("name", "email", "phone", "language"), "until_withdrawn", third_party=True
    ),
}
REGISTERING = (TERMS, PRIVACY)
"""What an account stands on: taken back only by erasing it."""

STAGES = ("prospect", "lead", "waiting", "reserved", "owner")
"""How far somebody has come, nearest last. A person of whom nobody has noted anything is a prospect."""

SIGN_IN_IDLE = timedelta(days=7)
SIGN_IN_LONGEST = timedelta(days=30)
SEEN_AGAIN_AFTER = timedelta(minutes=5)
"""A sign-in ends when it is not used for the first, and always after the second; its use is noted once in the third."""

ACCESS_LASTS = timedelta(minutes=10)
VERIFY_EMAIL, CHANGE_EMAIL, RESET_PASSWORD = "verify_email", "change_email", "reset_password"
VERIFY_PHONE, CHANGE_PHONE, RESET_BY_PHONE = "verify_phone", "change_phone", "reset_by_phone"
SIGN_IN_BY_PHONE, SIGN_IN_BY_MAIL = "sign_in_by_phone", "sign_in_by_mail"
CODES = (VERIFY_PHONE, CHANGE_PHONE, RESET_BY_PHONE, SIGN_IN_BY_PHONE, SIGN_IN_BY_MAIL)
"""The purposes that are proved by a short code; the others are proved by a link."""
TOKEN_LASTS = {
    VERIFY_EMAIL: timedelta(hours=24),
    CHANGE_EMAIL: timedelta(hours=24),
    RESET_PASSWORD: timedelta(minutes=30),
    VERIFY_PHONE: timedelta(minutes=10),
    CHANGE_PHONE: timedelta(minutes=10),
    RESET_BY_PHONE: timedelta(minutes=10),
    SIGN_IN_BY_PHONE: timedelta(minutes=10),
    SIGN_IN_BY_MAIL: timedelta(minutes=10),
}
CODE_TRIES = 5
CODE_AGAIN_AFTER = timedelta(seconds=60)
"""A code is dead after so many wrong tries; the next one may be asked for after this time."""
ADDRESSES = 20
EXPORT_LASTS = timedelta(days=3)

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
