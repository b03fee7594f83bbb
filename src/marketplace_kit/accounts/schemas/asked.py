"""The questions that more than one form asks."""

from __future__ import annotations

from marketplace_kit.kernel.fields import Field
from marketplace_kit.kernel.texts import N_

LANGUAGES = (("kk", N_("Қазақша")), ("ru", N_("Русский")), ("en", N_("English")))
NAME = Field(N_("Your name"), max_length=100, autocomplete="name")
LANGUAGE = Field(N_("Language"), choices=LANGUAGES)
NEW_PASSWORD = Field(
    N_("Password"),
    hint=N_("At least 8 characters. A few words in a row are easy to remember."),
    format="password",
    min_length=8,
    max_length=128,
    autocomplete="new-password",
)
PASSWORD = Field(N_("Password"), format="password", max_length=128, autocomplete="current-password")
TERMS = Field(N_("I accept the terms of use and the privacy policy"))
PHONE = Field(N_("Phone"), format="phone", max_length=40, autocomplete="tel")
CODE = Field(
    N_("Code from the message"),
    hint=N_("Six digits. It works for ten minutes."),
    max_length=20,
    autocomplete="one-time-code",
)
