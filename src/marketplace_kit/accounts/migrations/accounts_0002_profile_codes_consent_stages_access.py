"""Profile, codes, consent records, stages, who looked; a phone number belongs to whoever proved it."""

import unicodedata

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel import dialects
from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid
from marketplace_kit.kernel.ids import new_id

revision = "accounts_0002"
down_revision = "accounts_0001"
branch_labels = None
depends_on = None


_PROVED = sa.text("phone_verified_at IS NOT NULL")
_FOLDED = str.maketrans("ёәғқңөұүһі", "еагкноуухи")
_person = sa.table("person", sa.column("id", Uuid), sa.column("name"), sa.column("name_lookup"))
_consent = sa.table(
    "consent",
    sa.column("person_id", Uuid),
    sa.column("document"),
    sa.column("document_version"),
    sa.column("given_at", UtcDateTime),
)
_record = sa.table(
    "consent_record",
    sa.column("id", Uuid),
    sa.column("person_id", Uuid),
    sa.column("purpose"),
    sa.column("given", sa.Boolean),
    sa.column("document_version"),
    sa.column("locale"),
    sa.column("text_hash"),
    sa.column("operator_name"),
    sa.column("operator_bin"),
    sa.column("way"),
    sa.column("term"),
    sa.column("data", Json),
    sa.column("third_party", sa.Boolean),
    sa.column("cross_border", sa.Boolean),
    sa.column("made_public", sa.Boolean),
    sa.column("at", UtcDateTime),
)


def upgrade() -> None:
    op.create_table(
        "consent_record",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("person_id", Uuid, nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("document_version", sa.String(length=40), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("operator_name", sa.String(length=200), nullable=False),
        sa.Column("operator_bin", sa.String(length=12), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("term", sa.String(length=200), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("third_party", sa.Boolean(), nullable=False),
        sa.Column("cross_border", sa.Boolean(), nullable=False),
        sa.Column("made_public", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_record_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_record")),
    )
    op.create_index(op.f("ix_consent_record_person_id"), "consent_record", ["person_id"], unique=False)
    op.create_table(
        "person_access",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("person_id", Uuid, nullable=False),
        sa.Column("by_id", Uuid, nullable=False),
        sa.Column("what", sa.String(length=80), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_person_access_by_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_access_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_access")),
    )
    op.create_index(op.f("ix_person_access_person_id"), "person_access", ["person_id"], unique=False)
    op.create_table(
        "person_address",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("person_id", Uuid, nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("apartment", sa.String(length=40), nullable=True),
        sa.Column("city", sa.String(length=100), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("postcode", sa.String(length=20), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_address_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_address")),
    )
    op.create_index(op.f("ix_person_address_person_id"), "person_address", ["person_id"], unique=False)
    op.create_index(
        "uq_person_address_default",
        "person_address",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("is_default"),
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "person_stage",
        sa.Column("person_id", Uuid, nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("noted_at", UtcDateTime, nullable=False),
        sa.CheckConstraint(
            "stage IN ('prospect', 'lead', 'waiting', 'reserved', 'owner')", name=op.f("ck_person_stage_stage")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_stage_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "source", name=op.f("pk_person_stage")),
    )
    op.create_table(
        "personal_export",
        sa.Column("id", Uuid, nullable=False),
        sa.Column("person_id", Uuid, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("ready_at", UtcDateTime, nullable=True),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("file", sa.String(length=200), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_personal_export_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_export")),
    )
    op.create_index(op.f("ix_personal_export_expires_at"), "personal_export", ["expires_at"], unique=False)
    op.create_index(op.f("ix_personal_export_person_id"), "personal_export", ["person_id"], unique=False)
    op.create_index(
        "uq_personal_export_under_way",
        "personal_export",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("ready_at IS NULL"),
        postgresql_where=sa.text("ready_at IS NULL"),
    )
    op.add_column("one_time_token", sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
    op.add_column("person", sa.Column("name_lookup", sa.String(length=200), server_default="", nullable=False))
    op.add_column("person", sa.Column("currency", sa.String(length=3), nullable=True))
    op.add_column("person", sa.Column("country", sa.String(length=2), nullable=True))
    op.add_column("person", sa.Column("city", sa.String(length=80), nullable=True))
    op.add_column("person", sa.Column("about", sa.String(length=1000), nullable=True))
    op.add_column("person", sa.Column("interests", Json, nullable=True))
    op.add_column("person", sa.Column("lat", sa.Float(), nullable=True))
    op.add_column("person", sa.Column("lon", sa.Float(), nullable=True))
    op.add_column("person", sa.Column("located_at", UtcDateTime, nullable=True))
    with op.batch_alter_table("person") as person:
        person.drop_constraint("uq_person_phone", type_="unique")
    op.create_index("uq_person_phone", "person", ["phone"], unique=True, sqlite_where=_PROVED, postgresql_where=_PROVED)
    op.create_index("ix_person_phone_claim", "person", ["phone"], unique=False)
    connection = op.get_bind()
    for row in connection.execute(sa.select(_person.c.id, _person.c.name)).all():
        folded = " ".join(unicodedata.normalize("NFKC", row.name).lower().translate(_FOLDED).split())
        connection.execute(sa.update(_person).where(_person.c.id == row.id).values(name_lookup=folded))
    # What people agreed to before: its wording and the way were not noted then.
    unknown = {
        "locale": "",
        "text_hash": "",
        "operator_name": "",
        "operator_bin": "",
        "way": "",
        "term": "",
        "data": [],
    }
    unknown |= {"third_party": False, "cross_border": False, "made_public": False}
    for row in connection.execute(sa.select(_consent)).all():
        agreed = {
            "id": new_id(),
            "person_id": row.person_id,
            "purpose": row.document,
            "given": True,
            "at": row.given_at,
        }
        values = unknown | agreed | {"document_version": row.document_version}
        connection.execute(sa.insert(_record).values(values))
    op.drop_table("consent")
    for statement in dialects.append_only(connection.dialect.name, "consent_record")[0]:
        op.execute(statement)


def downgrade() -> None:
    connection = op.get_bind()
    op.create_table(
        "consent",
        sa.Column("person_id", Uuid, nullable=False),
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("document_version", sa.String(length=40), nullable=False),
        sa.Column("given_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "document", "document_version", name=op.f("pk_consent")),
    )
    first = sa.func.min(_record.c.at)
    key = (_record.c.person_id, _record.c.purpose, _record.c.document_version)
    given = sa.select(*key, first).where(_record.c.given).group_by(*key)
    connection.execute(
        sa.insert(_consent).from_select(["person_id", "document", "document_version", "given_at"], given)
    )
    for statement in dialects.append_only(connection.dialect.name, "consent_record")[1]:
        op.execute(statement)
    # Of several who claim one number only whoever proved it keeps it.
    unproved = "UPDATE person SET deactivated_at = coalesce(deactivated_at, created_at) WHERE {which} AND email IS NULL"
    which = "phone_verified_at IS NULL AND phone IN (SELECT phone FROM person GROUP BY phone HAVING count(*) > 1)"
    op.execute(unproved.format(which=which))
    op.execute(f"UPDATE person SET phone = NULL WHERE {which}")  # noqa: S608 - a constant
    op.drop_index("ix_person_phone_claim", table_name="person")
    op.drop_index("uq_person_phone", table_name="person")
    with op.batch_alter_table("person") as person:
        person.create_unique_constraint("uq_person_phone", ["phone"])
    op.drop_column("person", "located_at")
    op.drop_column("person", "lon")
    op.drop_column("person", "lat")
    op.drop_column("person", "interests")
    op.drop_column("person", "about")
    op.drop_column("person", "city")
    op.drop_column("person", "country")
    op.drop_column("person", "currency")
    op.drop_column("person", "name_lookup")
    op.drop_column("one_time_token", "tries")
    op.drop_index(
        "uq_personal_export_under_way",
        table_name="personal_export",
        sqlite_where=sa.text("ready_at IS NULL"),
        postgresql_where=sa.text("ready_at IS NULL"),
    )
    op.drop_index(op.f("ix_personal_export_person_id"), table_name="personal_export")
    op.drop_index(op.f("ix_personal_export_expires_at"), table_name="personal_export")
    op.drop_table("personal_export")
    op.drop_table("person_stage")
    op.drop_index(
        "uq_person_address_default",
        table_name="person_address",
        sqlite_where=sa.text("is_default"),
        postgresql_where=sa.text("is_default"),
    )
    op.drop_index(op.f("ix_person_address_person_id"), table_name="person_address")
    op.drop_table("person_address")
    op.drop_index(op.f("ix_person_access_person_id"), table_name="person_access")
    op.drop_table("person_access")
    op.drop_index(op.f("ix_consent_record_person_id"), table_name="consent_record")
    op.drop_table("consent_record")
