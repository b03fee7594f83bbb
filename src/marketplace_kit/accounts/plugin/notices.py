"""The messages about accounts. No text repeats what a stranger typed: registering must not carry words to anybody."""

from __future__ import annotations

from marketplace_kit.kernel.hooks import Notice
from marketplace_kit.kernel.texts import N_

NOTICES = (
    Notice(
        name="accounts.verify_email",
        label=N_("Confirming your e-mail address"),
        subject=N_("Confirm your e-mail address for {site}"),
        body=N_(
            "Somebody, probably you, registered at {site} with this address. "
            "Open the link and press the button to confirm it. "
            "The link works once, for 24 hours. If it was not you, there is nothing to do."
        ),
        channels=("email",),
        required=True,
    ),
    Notice(
        name="accounts.already_registered",
        label=N_("Registering again with your address"),
        subject=N_("You already have an account at {site}"),
        body=N_(
            "Somebody, probably you, tried to register at {site} with this address once more. "
            "You have an account already: simply sign in. If it was not you, there is nothing to do."
        ),
        channels=("email",),
        required=True,
    ),
    Notice(
        name="accounts.welcome",
        label=N_("Welcome"),
        subject=N_("Welcome to {site}"),
        body=N_("Your account is ready, {name}. In it you see your profile and where you are signed in."),
    ),
)
