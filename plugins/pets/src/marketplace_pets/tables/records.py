"""The record of a pet: who it is, who keeps it, what was weighed, given, shared and read."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid, metadata
from marketplace_kit.web.galleries import photo_table
from marketplace_pets.domain import lists
from marketplace_pets.tables.columns import by_column, one_of, pet_column, shop_column, unique_where, where

pet_table = sa.Table(
    "pets_pet",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("species", sa.String(10), nullable=False),
    sa.Column("breed", sa.String(40), nullable=False, server_default=""),
    sa.Column("crossbred", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("breed_other", sa.String(40), nullable=False, server_default=""),
    sa.Column("sex", sa.String(20), nullable=False, server_default=""),
    sa.Column("born", sa.Date),
    sa.Column("born_precision", sa.String(10), nullable=False, server_default="exact"),
    sa.Column("colour", sa.String(60), nullable=False, server_default=""),
    sa.Column("coat", sa.String(10), nullable=False, server_default=""),
    sa.Column("size_class", sa.String(10), nullable=False, server_default=""),
    sa.Column("diet", sa.String(500), nullable=False, server_default=""),
    sa.Column("feeding_times", sa.String(100), nullable=False, server_default=""),
    sa.Column("insurance", sa.String(200), nullable=False, server_default=""),
    sa.Column("emergency_name", sa.String(120), nullable=False, server_default=""),
    sa.Column("emergency_phone", sa.String(20), nullable=False, server_default=""),
    sa.Column("may_collect", sa.String(300), nullable=False, server_default=""),
    sa.Column("home_vet", sa.String(200), nullable=False, server_default=""),
    sa.Column("reminders", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("state", sa.String(10), nullable=False, server_default=lists.ACTIVE),
    sa.Column("deceased_on", sa.Date),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("cover", sa.String(60)),
    sa.CheckConstraint("name <> ''", name="name"),
    sa.CheckConstraint(one_of("species", lists.SPECIES), name="species"),
    sa.CheckConstraint(one_of("sex", lists.SEXES), name="sex"),
    sa.CheckConstraint(one_of("born_precision", lists.PRECISIONS), name="precision"),
    sa.CheckConstraint(one_of("state", lists.STATES), name="state"),
    sa.CheckConstraint("(state = 'deceased') = (deceased_on IS NOT NULL)", name="deceased"),
)

photo_of_pet_table = photo_table("pets_photo", "pets_pet")

keepership_table = sa.Table(
    "pets_keepership",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    pet_column(index=True),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), index=True),
    shop_column(index=True),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.Column("until", UtcDateTime),
    sa.Column("how", sa.String(10), nullable=False),
    sa.CheckConstraint("(person_id IS NULL) <> (shop_id IS NULL)", name="keeper"),
    sa.CheckConstraint("until IS NULL OR until >= since", name="forwards"),
    sa.CheckConstraint(one_of("how", lists.HOWS), name="how"),
    sa.Index("uq_pets_keepership_open", "pet_id", **unique_where("until IS NULL")),
)
"""Who keeps a pet: one open row for each, a person or a shop."""

co_keeper_table = sa.Table(
    "pets_co_keeper",
    metadata,
    pet_column(primary_key=True),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True),
    sa.Column("right", sa.String(10), nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.CheckConstraint(one_of('"right"', lists.RIGHTS), name="right"),
)

mark_table = sa.Table(
    "pets_mark",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    pet_column(index=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("value", sa.String(40), nullable=False),
    sa.Column("on_day", sa.Date),
    sa.Column("site", sa.String(80), nullable=False, server_default=""),
    # False for a chip of a pet that died, or that was taken out of use: the number may be met again then.
    sa.Column("live", sa.Boolean, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    by_column(),
    sa.CheckConstraint(one_of("kind", lists.MARKS), name="kind"),
    sa.CheckConstraint("kind <> 'chip' OR length(value) = 15", name="chip"),
    sa.Index("uq_pets_mark_live_chip", "value", **unique_where("kind = 'chip' AND live")),
)

weight_table = sa.Table(
    "pets_weight",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    pet_column(),
    sa.Column("grams", sa.Integer, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    by_column(),
    shop_column(index=True),
    sa.Column("source", sa.String(10), nullable=False),
    sa.Column("method", sa.String(20), nullable=False),
    sa.Column("body_condition", sa.Integer),
    sa.Column("reason", sa.String(500), nullable=False, server_default=""),
    sa.Column("mistake_at", UtcDateTime),
    sa.Column("mistake_reason", sa.String(500), nullable=False, server_default=""),
    sa.CheckConstraint("grams > 0 AND grams / 10 * 10 = grams", name="grams"),
    sa.CheckConstraint("body_condition BETWEEN 1 AND 9", name="body_condition"),
    sa.CheckConstraint(one_of("source", lists.SOURCES), name="source"),
    sa.Index("ix_pets_weight_pet_id_at", "pet_id", "at"),
)

allergy_table = sa.Table(
    "pets_allergy",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    pet_column(index=True),
    sa.Column("substance", sa.String(120), nullable=False),
    sa.Column("is_class", sa.Boolean, nullable=False),
    sa.Column("reaction", sa.String(300), nullable=False),
    sa.Column("severity", sa.String(10), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    by_column(),
    shop_column(index=True),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("ended_reason", sa.String(500), nullable=False, server_default=""),
    sa.CheckConstraint(one_of("severity", lists.SEVERITIES), name="severity"),
)

condition_table = sa.Table(
    "pets_condition",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    pet_column(index=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("what", sa.String(120), nullable=False),
    sa.Column("details", sa.String(500), nullable=False),
    sa.Column("since", sa.Date),
    sa.Column("runs_out_on", sa.Date),
    sa.Column("at", UtcDateTime, nullable=False),
    by_column(),
    shop_column(index=True),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("ended_reason", sa.String(500), nullable=False, server_default=""),
    sa.CheckConstraint(one_of("kind", lists.CONDITIONS), name="kind"),
)

behaviour_table = sa.Table(
    "pets_behaviour",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    pet_column(),
    sa.Column("code", sa.String(20), nullable=False),
    sa.Column("comment", sa.String(300), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    by_column(),
    shop_column(index=True),
    sa.Column("ended_at", UtcDateTime),
    sa.Index("uq_pets_behaviour_open", "pet_id", "code", **unique_where("ended_at IS NULL")),
)

code_table = sa.Table(
    "pets_code",
    metadata,
    sa.Column("code", sa.String(20), primary_key=True),
    shop_column(nullable=False, index=True),
    sa.Column("tone", sa.String(10), nullable=False),
    sa.Column("kk", sa.String(60), nullable=False),
    sa.Column("ru", sa.String(60), nullable=False),
    sa.Column("en", sa.String(60), nullable=False),
    sa.Column("skill", sa.String(40), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    by_column(),
    sa.Column("ended_at", UtcDateTime),
    sa.CheckConstraint(one_of("tone", lists.CODE_TONES), name="tone"),
    sa.CheckConstraint("kk <> '' AND ru <> '' AND en <> ''", name="names"),
)
"""Codes of behaviour that shops added to those of the plugin."""

protocol_table = sa.Table(
    "pets_protocol",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("rules", Json, nullable=False),
    sa.Column("source", sa.String(300), nullable=False),
    sa.Column("dated", sa.Date, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    by_column(),
    sa.CheckConstraint("version >= 2", name="version"),
)
"""Versions that a vet of this site wrote; version 1 of each comes with the plugin."""

dose_table = sa.Table(
    "pets_dose",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    pet_column(),
    sa.Column("protocol", sa.String(40), nullable=False),
    sa.Column("protocol_version", sa.Integer, nullable=False),
    sa.Column("given_on", sa.Date, nullable=False),
    sa.Column("product", sa.String(120), nullable=False),
    sa.Column("lot", sa.String(40), nullable=False),
    sa.Column("manufacturer", sa.String(120), nullable=False),
    sa.Column("vet", sa.String(120), nullable=False),
    sa.Column("clinic", sa.String(160), nullable=False),
    sa.Column("valid_until", sa.Date),
    sa.Column("certificate", sa.String(80), nullable=False),
    sa.Column("source", sa.String(10), nullable=False),
    sa.Column("historical", sa.Boolean, nullable=False),
    sa.Column("override_reason", sa.String(500), nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    by_column(),
    shop_column(index=True),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("checked_at", UtcDateTime),
    by_column("checked_by_id"),
    sa.Column("checked_shop_id", Uuid, sa.ForeignKey("shop.id"), index=True),
    sa.Column("check_reason", sa.String(500), nullable=False, server_default=""),
    sa.Column("cover", sa.String(60)),
    sa.CheckConstraint(one_of("source", lists.SOURCES), name="source"),
    sa.CheckConstraint(one_of("state", lists.CHECKS), name="state"),
    sa.CheckConstraint("valid_until IS NULL OR valid_until >= given_on", name="forwards"),
    sa.CheckConstraint("state NOT IN ('verified', 'refused') OR checked_at IS NOT NULL", name="checked"),
    sa.Index("ix_pets_dose_pet_id_given_on", "pet_id", "given_on"),
    sa.Index("ix_pets_dose_state", "state", "recorded_at"),
)

photo_of_dose_table = photo_table("pets_dose_photo", "pets_dose")

grant_table = sa.Table(
    "pets_grant",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    pet_column(index=True),
    shop_column(nullable=False),
    # “ vaccinations weight ”: each scope between blanks, so that one can be looked for.
    sa.Column("scopes", sa.String(120), nullable=False),
    sa.Column("purpose", sa.String(200), nullable=False),
    sa.Column("starts_at", UtcDateTime, nullable=False),
    sa.Column("expires_on", sa.Date),
    sa.Column("revoked_at", UtcDateTime),
    sa.Column("revoked_why", sa.String(40), nullable=False, server_default=""),
    sa.Column("origin", sa.String(10), nullable=False),
    sa.Column("booking", sa.String(80), unique=True),
    by_column(),
    # When its family was told that it ends.
    sa.Column("ending_told_at", UtcDateTime),
    sa.CheckConstraint(one_of("origin", lists.ORIGINS), name="origin"),
    sa.CheckConstraint("(origin = 'booking') = (booking IS NOT NULL)", name="booking"),
    sa.Index("ix_pets_grant_shop_id_pet_id", "shop_id", "pet_id"),
    sa.Index(
        "ix_pets_grant_ending",
        "expires_on",
        **where("ending_told_at IS NULL AND revoked_at IS NULL AND origin = 'owner'"),
    ),
)

read_table = sa.Table(
    "pets_read",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    pet_column(),
    shop_column(nullable=False, index=True),
    by_column(),
    sa.Column("scope", sa.String(20), nullable=False),
    sa.Column("why", sa.String(200), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    # Empty for a record that was opened in an emergency, without anybody's leave.
    sa.Column("grant_id", Uuid, sa.ForeignKey("pets_grant.id", ondelete="CASCADE"), index=True),
    sa.CheckConstraint("grant_id IS NOT NULL OR (scope = 'emergency' AND why <> '')", name="leave"),
    sa.Index("ix_pets_read_pet_id_at", "pet_id", "at"),
)
"""Each time a vendor read what another wrote."""

timeline_table = sa.Table(
    "pets_timeline",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    pet_column(),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("facts", Json, nullable=False),
    shop_column(index=True),
    by_column(),
    sa.Column("scope", sa.String(20), nullable=False),
    sa.Column("link", sa.String(200), nullable=False),
    sa.Column("key", sa.String(120), unique=True),
    sa.Column("written_at", UtcDateTime, nullable=False),
    sa.Index("ix_pets_timeline_pet_id_at", "pet_id", "at"),
)
"""``title`` is an English message id, ``facts`` fill it; ``at`` is when it happened."""

transfer_table = sa.Table(
    "pets_transfer",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    pet_column(index=True),
    sa.Column("right", sa.String(10), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("offered_by_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("offered_at", UtcDateTime, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False),
    by_column("accepted_by_id"),
    sa.Column("accepted_at", UtcDateTime),
    sa.Column("withdrawn_at", UtcDateTime),
    # Where a shop sent the code of a pet that it wrote down; empty for a code that was told by word.
    sa.Column("phone", sa.String(20), nullable=False, server_default=""),
    sa.Column("locale", sa.String(10), nullable=False, server_default=""),
    sa.CheckConstraint("accepted_at IS NULL OR withdrawn_at IS NULL", name="ended_once"),
    sa.CheckConstraint(one_of('"right"', (lists.KEEPER, *lists.RIGHTS)), name="right"),
    sa.Index(
        "uq_pets_transfer_open",
        "pet_id",
        **unique_where("\"right\" = 'keeper' AND accepted_at IS NULL AND withdrawn_at IS NULL"),
    ),
)
"""An offer to become keeper (or co-keeper, with a right), taken up with a code that its maker alone was shown."""

merge_table = sa.Table(
    "pets_merge",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("kept_id", Uuid, sa.ForeignKey("pets_pet.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("gone_id", Uuid, sa.ForeignKey("pets_pet.id", ondelete="CASCADE"), nullable=False),
    sa.Column("why", sa.String(500), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    by_column(),
    sa.Column("undone_at", UtcDateTime),
    by_column("undone_by_id"),
    sa.CheckConstraint("kept_id <> gone_id", name="two"),
    sa.CheckConstraint("why <> ''", name="why"),
    sa.Index("uq_pets_merge_gone", "gone_id", **unique_where("undone_at IS NULL")),
)
"""The ledger of records that turned out to be of one animal. No other row is rewritten: reads take both together."""
