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
        urgent=True,
    ),
    Notice(
        name="accounts.phone_code",
        label=N_("Codes that prove your phone number"),
        subject=N_("Your code for {site}"),
        body=N_("{code} is your code for {site}. It works once, for 10 minutes. Tell it to nobody."),
        channels=("sms",),
        required=True,
        urgent=True,
    ),
    Notice(
        name="accounts.reset_code",
        label=N_("Codes for a new password"),
        subject=N_("Your code for {site}"),
        body=N_("{code} is your code for a new password at {site}. It works once, for 10 minutes. Tell it to nobody."),
        channels=("sms",),
        required=True,
        urgent=True,
    ),
    Notice(
        name="accounts.sign_in_code",
        label=N_("Codes to sign in by phone"),
        subject=N_("Your code for {site}"),
        body=N_("{code} is your code to sign in at {site}. It works once, for 10 minutes. Tell it to nobody."),
        channels=("sms",),
        required=True,
        urgent=True,
    ),
    Notice(
        name="accounts.sign_in_code_mail",
        label=N_("Codes to sign in by mail"),
        subject=N_("Your code for {site}"),
        body=N_(
            "{code} is your code to sign in at {site}. It works once, for 10 minutes. Tell it to nobody. "
            "If you did not want to sign in, there is nothing to do."
        ),
        channels=("email",),
        required=True,
        urgent=True,
    ),
    Notice(
        name="accounts.phone_already_registered",
        label=N_("Registering again with your phone number"),
        subject=N_("You already have an account at {site}"),
        body=N_(
            "Somebody, probably you, wanted to use this number at {site}. It has an account already: simply sign in."
        ),
        channels=("sms",),
        required=True,
        urgent=True,
    ),
    Notice(
        name="accounts.reset_password",
        label=N_("A link for a new password"),
        subject=N_("A new password for {site}"),
        body=N_(
            "Somebody, probably you, wants a new password for your account at {site}. "
            "Open the link and choose one. The link works once, for 30 minutes. "
            "If it was not you, there is nothing to do: your password stays as it is."
        ),
        channels=("email",),
        required=True,
        urgent=True,
    ),
    Notice(
        name="accounts.password_changed",
        label=N_("Your password was changed"),
        subject=N_("Your password at {site} was changed"),
        body=N_(
            "The password of your account at {site} was changed, and every other device was signed out. "
            "If it was not you, set a new password at once."
        ),
        channels=("email", "in_app", "sms"),
        required=True,
        urgent=True,
    ),
    Notice(
        name="accounts.change_email",
        label=N_("Confirming another e-mail address"),
        subject=N_("Confirm your new e-mail address for {site}"),
        body=N_(
            "Somebody, probably you, wants to use this address for an account at {site}. "
            "Open the link and press the button to confirm it. "
            "The link works once, for 24 hours. If it was not you, there is nothing to do."
        ),
        channels=("email",),
        required=True,
        urgent=True,
    ),
    Notice(
        name="accounts.email_change_asked",
        label=N_("Another e-mail address was asked for"),
        subject=N_("Another e-mail address for your account at {site}"),
        body=N_(
            "Somebody who knows your password asked for another e-mail address for your account at {site}. "
            "It changes once the link sent to the new address is used. "
            "If it was not you, change your password at once: then that link is dead."
        ),
        channels=("email", "in_app", "sms"),
        required=True,
        urgent=True,
    ),
    Notice(
        name="accounts.phone_change_asked",
        label=N_("Another phone number was asked for"),
        subject=N_("Another phone number for your account at {site}"),
        body=N_(
            "Somebody who knows your password asked for another phone number for your account at {site}. "
            "It changes once the code sent to the new number is used. "
            "If it was not you, change your password at once: then that code is dead."
        ),
        channels=("email", "in_app", "sms"),
        required=True,
        urgent=True,
    ),
    Notice(
        name="accounts.contact_changed",
        label=N_("Your address was changed"),
        subject=N_("Your address at {site} was changed"),
        body=N_("From now on your messages from {site} go to this address, and you sign in with it."),
        channels=("email", "in_app"),
        required=True,
    ),
    Notice(
        name="accounts.export_ready",
        label=N_("The file with your data is ready"),
        subject=N_("The file with your data is ready"),
        body=N_("You can fetch the file with everything that {site} keeps about you. It is there for three days."),
        channels=("in_app", "email"),
        required=True,
    ),
    Notice(
        name="accounts.reactivated",
        label=N_("Your account is open again"),
        subject=N_("Your account at {site} is open again"),
        body=N_("Your account was opened again: you can sign in as before."),
        channels=("email", "in_app"),
        required=True,
    ),
)
