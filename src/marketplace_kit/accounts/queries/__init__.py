"""Reads: about people, and about who is signed in."""

from __future__ import annotations

from marketplace_kit.accounts.queries.administering import people, person_for_admin
from marketplace_kit.accounts.queries.people import (
    addresses_of,
    contact_of,
    home_city_of,
    is_last_admin,
    names_of,
    person_id_by_contact,
    person_id_by_email,
    person_named,
    stages_of,
)
from marketplace_kit.accounts.queries.privacy import (
    accesses_of,
    agreed_to,
    asked_export,
    consent_history_of,
    consents_of,
    expired_exports,
    export,
    export_file,
    exports_of,
)
from marketplace_kit.accounts.queries.sessions import (
    alive,
    password_of,
    recognise,
    secrets_to_send,
    sign_ins_of,
    stored_password,
)

__all__ = [
    "accesses_of",
    "addresses_of",
    "agreed_to",
    "alive",
    "asked_export",
    "consent_history_of",
    "consents_of",
    "contact_of",
    "expired_exports",
    "export",
    "export_file",
    "exports_of",
    "home_city_of",
    "is_last_admin",
    "names_of",
    "password_of",
    "people",
    "person_for_admin",
    "person_id_by_contact",
    "person_id_by_email",
    "person_named",
    "recognise",
    "secrets_to_send",
    "sign_ins_of",
    "stages_of",
    "stored_password",
]
