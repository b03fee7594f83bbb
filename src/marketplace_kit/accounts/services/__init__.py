"""What people do with their accounts. Other rooms import from here."""

from marketplace_kit.accounts.services.bearer import read_access_token, refresh
from marketplace_kit.accounts.services.identification import provide
from marketplace_kit.accounts.services.passwords import Passwords
from marketplace_kit.accounts.services.people import (
    change_profile,
    create_person,
    grant_role,
    person_of,
    withdraw_role,
)
from marketplace_kit.accounts.services.privacy import erase
from marketplace_kit.accounts.services.registration import register, verify_email
from marketplace_kit.accounts.services.samples import load_people
from marketplace_kit.accounts.services.sign_ins import (
    OpenSession,
    end_other_sessions,
    end_session,
    open_session,
    sign_in,
    sign_out,
    sign_out_everywhere,
)
from marketplace_kit.accounts.services.tidying import tidy
from marketplace_kit.accounts.services.tokens import issue_token, plain_token

__all__ = [
    "OpenSession",
    "Passwords",
    "change_profile",
    "create_person",
    "end_other_sessions",
    "end_session",
    "erase",
    "grant_role",
    "issue_token",
    "load_people",
    "open_session",
    "person_of",
    "plain_token",
    "provide",
    "read_access_token",
    "refresh",
    "register",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "tidy",
    "verify_email",
    "withdraw_role",
]
