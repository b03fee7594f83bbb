"""The tables of people, and where :class:`Person` is mapped."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.accounts.domain import ROLES, STAGES, Person
from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid, mapper, metadata

person_table = sa.Table(
    "person",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("name_lookup", sa.String(200), nullable=False, server_default=""),
    sa.Column("email", sa.String(254)),
    sa.Column("email_lookup", sa.String(254), unique=True),
    sa.Column("email_verified_at", UtcDateTime),
    sa.Column("phone", sa.String(20)),
    sa.Column("phone_verified_at", UtcDateTime),
    sa.Column("password_hash", sa.String(255)),
    sa.Column("locale", sa.String(5), nullable=False),
    sa.Column("currency", sa.String(3)),
    sa.Column("country", sa.String(2)),
    sa.Column("city", sa.String(80)),
    sa.Column("about", sa.String(1000)),
    sa.Column("interests", Json),
    sa.Column("lat", sa.Float),
    sa.Column("lon", sa.Float),
    sa.Column("located_at", UtcDateTime),
    sa.Column("epoch", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("deactivated_at", UtcDateTime),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("email IS NOT NULL OR phone IS NOT NULL OR deactivated_at IS NOT NULL", name="contact"),
    sa.CheckConstraint("(email IS NULL) = (email_lookup IS NULL)", name="lookup"),
    # A number belongs to whoever proved it; anybody may claim one, and claims do not get in each other's way.
    sa.Index(
        "uq_person_phone",
        "phone",
        unique=True,
        sqlite_where=sa.text("phone_verified_at IS NOT NULL"),
        postgresql_where=sa.text("phone_verified_at IS NOT NULL"),
    ),
    sa.Index("ix_person_phone_claim", "phone"),
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
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
)

consent_table = sa.Table(
    "consent_record",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("purpose", sa.String(40), nullable=False),
    sa.Column("given", sa.Boolean, nullable=False),
    sa.Column("document_version", sa.String(40), nullable=False),
    sa.Column("locale", sa.String(5), nullable=False),
    sa.Column("text_hash", sa.String(64), nullable=False),
    sa.Column("operator_name", sa.String(200), nullable=False),
    sa.Column("operator_bin", sa.String(12), nullable=False),
    sa.Column("way", sa.String(40), nullable=False),
    sa.Column("term", sa.String(200), nullable=False),
    sa.Column("data", Json, nullable=False),
    sa.Column("third_party", sa.Boolean, nullable=False),
    sa.Column("cross_border", sa.Boolean, nullable=False),
    sa.Column("made_public", sa.Boolean, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)
"""What was agreed to and what was taken back. The database refuses to change or remove a record."""

address_table = sa.Table(
    "person_address",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("label", sa.String(60), nullable=False),
    sa.Column("street", sa.String(200), nullable=False),
    sa.Column("apartment", sa.String(40)),
    sa.Column("city", sa.String(100), nullable=False),
    sa.Column("country", sa.String(2), nullable=False),
    sa.Column("postcode", sa.String(20)),
    sa.Column("note", sa.String(300)),
    sa.Column("point", sa.String(40)),
    sa.Column("is_default", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Index(
        "uq_person_address_default",
        "person_id",
        unique=True,
        sqlite_where=sa.text("is_default"),
        postgresql_where=sa.text("is_default"),
    ),
)

stage_table = sa.Table(
    "person_stage",
    metadata,
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("source", sa.String(120), primary_key=True),
    sa.Column("stage", sa.String(20), nullable=False),
    sa.Column("noted_at", UtcDateTime, nullable=False),
    sa.CheckConstraint("stage IN ({})".format(", ".join(f"'{stage}'" for stage in STAGES)), name="stage"),
)
"""What other rooms know of a person's way; the stage that is shown is the furthest of them."""

access_table = sa.Table(
    "person_access",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("by_id", Uuid, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("what", sa.String(80), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)
"""Who of the staff looked at a person's data."""

export_table = sa.Table(
    "personal_export",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("ready_at", UtcDateTime),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
    sa.Column("file", sa.String(200)),
    sa.Column("size", sa.Integer),
    sa.Index(
        "uq_personal_export_under_way",
        "person_id",
        unique=True,
        sqlite_where=sa.text("ready_at IS NULL"),
        postgresql_where=sa.text("ready_at IS NULL"),
    ),
)

mapper.map_imperatively(Person, person_table, version_id_col=person_table.c.version)

TABLES = tuple(
    t.name
    for t in (
        person_table,
        role_table,
        sign_in_table,
        refresh_table,
        token_table,
        consent_table,
        address_table,
        stage_table,
        access_table,
        export_table,
    )
)
