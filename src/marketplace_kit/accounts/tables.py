"""The tables of people, and where :class:`Person` is mapped."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.accounts.domain import ROLES, Person
from marketplace_kit.kernel.database import UtcDateTime, Uuid, mapper, metadata

person_table = sa.Table(
    "person",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("email", sa.String(254)),
    sa.Column("email_lookup", sa.String(254), unique=True),
    sa.Column("email_verified_at", UtcDateTime),
    sa.Column("phone", sa.String(20), unique=True),
    sa.Column("phone_verified_at", UtcDateTime),
    sa.Column("password_hash", sa.String(255)),
    sa.Column("locale", sa.String(5), nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("deactivated_at", UtcDateTime),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("email IS NOT NULL OR phone IS NOT NULL OR deactivated_at IS NOT NULL", name="contact"),
    sa.CheckConstraint("(email IS NULL) = (email_lookup IS NULL)", name="lookup"),
)

role_table = sa.Table(
    "person_role",
    metadata,
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("role", sa.String(20), primary_key=True),
    sa.Column("granted_at", UtcDateTime, nullable=False),
    sa.Column("granted_by", Uuid),
    sa.CheckConstraint("role IN ({})".format(", ".join(f"'{role}'" for role in ROLES)), name="role"),
)

sign_in_table = sa.Table(
    "sign_in",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("agent", sa.String(200), nullable=False),
    sa.Column("address", sa.String(45), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
)

refresh_table = sa.Table(
    "refresh_token",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("sign_in_id", Uuid, sa.ForeignKey("sign_in.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("used_at", UtcDateTime),
)

token_table = sa.Table(
    "one_time_token",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("purpose", sa.String(20), nullable=False),
    sa.Column("subject", sa.String(254), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
    sa.Column("used_at", UtcDateTime),
)

consent_table = sa.Table(
    "consent",
    metadata,
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("document", sa.String(40), primary_key=True),
    sa.Column("document_version", sa.String(40), primary_key=True),
    sa.Column("given_at", UtcDateTime, nullable=False),
)

mapper.map_imperatively(Person, person_table, version_id_col=person_table.c.version)

TABLES = tuple(t.name for t in (person_table, role_table, sign_in_table, refresh_table, token_table, consent_table))
