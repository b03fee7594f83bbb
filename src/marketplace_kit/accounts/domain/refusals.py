"""What is refused to people with accounts."""

from __future__ import annotations

from marketplace_kit.kernel.errors import DomainError, Kind
from marketplace_kit.kernel.texts import N_


class SignInRefused(DomainError):
    """One refusal for every cause, so that nobody learns who has an account."""

    code = "sign_in_refused"
    kind = Kind.UNAUTHENTICATED
    text = N_(
        "That did not fit. Check the address and the password. If you have just registered, "
        "first open the link in our mail or type in the code from our message."
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


class CodeNotValid(DomainError):
    """One refusal for a wrong, an old, a used and a never sent code alike."""

    code = "code_not_valid"
    kind = Kind.INVALID
    text = N_("This code does not fit, or it is too old. Look at the newest message, or ask for another code.")


class PasswordNeeded(DomainError):
    code = "password_needed"
    kind = Kind.FORBIDDEN
    text = N_("That is not your present password.")


class ConsentNeeded(DomainError):
    code = "consent_required"
    kind = Kind.CONFLICT
    text = N_("Without this consent there can be no account. You can erase your account instead.")


class NoSuchConsent(DomainError):
    code = "no_such_consent"
    kind = Kind.MISSING
    text = N_("Nobody asked for such a consent.")


class UnknownStage(DomainError):
    code = "unknown_stage"
    kind = Kind.INVALID
    text = N_("There is no stage “{stage}”.")


class LastAdmin(DomainError):
    code = "last_admin"
    kind = Kind.CONFLICT
    text = N_("Somebody must be able to administer the site: make another person an admin first.")


class OwnAccount(DomainError):
    code = "own_account"
    kind = Kind.CONFLICT
    text = N_("You cannot close your own account here. Ask another admin, or erase it in your account.")


class TooManyAddresses(DomainError):
    code = "too_many_addresses"
    kind = Kind.CONFLICT
    text = N_("There is room for {most} addresses. Remove one that you do not need any more.")


class ExportUnderWay(DomainError):
    code = "export_under_way"
    kind = Kind.CONFLICT
    text = N_("Your file is being made already. We tell you when it is ready.")


class ErasureBlocked(DomainError):
    """``blockers`` lists what stands against it: each with ``code``, ``text`` and ``facts``."""

    code = "erasure_blocked"
    kind = Kind.CONFLICT
    text = N_("Your data cannot be erased yet. First settle what is listed.")


class ContactTaken(DomainError):
    code = "contact_taken"
    kind = Kind.CONFLICT
    text = N_("Somebody is registered with this e-mail address or phone number.")


class UnknownRole(DomainError):
    code = "unknown_role"
    kind = Kind.INVALID
    text = N_("There is no role “{role}”.")
