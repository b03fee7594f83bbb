"""What people do with their accounts. Other rooms import from here."""

from marketplace_kit.accounts.services.addresses import add_address, choose_address, edit_address, remove_address
from marketplace_kit.accounts.services.administering import (
    deactivate,
    end_sign_ins,
    give_role,
    note_access,
    reactivate,
    take_role,
)
from marketplace_kit.accounts.services.bearer import read_access_token, refresh
from marketplace_kit.accounts.services.codes import ask_code, plain_code
from marketplace_kit.accounts.services.consents import document, give_consent, withdraw_consent
from marketplace_kit.accounts.services.identification import provide
from marketplace_kit.accounts.services.passwords import Passwords
from marketplace_kit.accounts.services.people import (
    change_preferences,
    change_profile,
    create_person,
    forget_location,
    grant_role,
    note_location,
    person_of,
    withdraw_role,
)
from marketplace_kit.accounts.services.phones import ask_phone_code, verify_phone
from marketplace_kit.accounts.services.privacy import (
    ask_export,
    clear_exports,
    erase,
    erase_me,
    erase_person,
    export_person,
    holds,
    holds_of,
    make_export,
)
from marketplace_kit.accounts.services.registration import correct_email, register, resend_verification, verify_email
from marketplace_kit.accounts.services.samples import load_people
from marketplace_kit.accounts.services.securing import (
    ask_reset,
    change_email,
    change_password,
    change_phone,
    confirm_phone,
    prove_password,
    reset_by_phone,
    reset_password,
)
from marketplace_kit.accounts.services.sign_ins import (
    OpenSession,
    end_other_sessions,
    end_session,
    open_session,
    sign_in,
    sign_out,
    sign_out_everywhere,
)
from marketplace_kit.accounts.services.signing_in_by_code import ask_sign_in_code, sign_in_by_code
from marketplace_kit.accounts.services.stages import note_stage, withdraw_stage
from marketplace_kit.accounts.services.tidying import tidy
from marketplace_kit.accounts.services.tokens import issue_token, plain_token

__all__ = [
    "OpenSession",
    "Passwords",
    "add_address",
    "ask_code",
    "ask_export",
    "ask_phone_code",
    "ask_reset",
    "ask_sign_in_code",
    "change_email",
    "change_password",
    "change_phone",
    "change_preferences",
    "change_profile",
    "choose_address",
    "clear_exports",
    "confirm_phone",
    "correct_email",
    "create_person",
    "deactivate",
    "document",
    "edit_address",
    "end_other_sessions",
    "end_session",
    "end_sign_ins",
    "erase",
    "erase_me",
    "erase_person",
    "export_person",
    "forget_location",
    "give_consent",
    "give_role",
    "grant_role",
    "holds",
    "holds_of",
    "issue_token",
    "load_people",
    "make_export",
    "note_access",
    "note_location",
    "note_stage",
    "open_session",
    "person_of",
    "plain_code",
    "plain_token",
    "prove_password",
    "provide",
    "reactivate",
    "read_access_token",
    "refresh",
    "register",
    "remove_address",
    "resend_verification",
    "reset_by_phone",
    "reset_password",
    "sign_in",
    "sign_in_by_code",
    "sign_out",
    "sign_out_everywhere",
    "take_role",
    "tidy",
    "verify_email",
    "verify_phone",
    "withdraw_consent",
    "withdraw_role",
    "withdraw_stage",
]
