"""Call-backs, and visits: how each one goes, what was found and agreed, what the family is told of it."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.database import UtcDateTime, Uuid, metadata
from marketplace_kit.web.galleries import photo_table

request_table = sa.Table(
    "grooming_quote_request",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("listing_id", Uuid, sa.ForeignKey("listing.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), nullable=False),
    # Empty for a visitor without an account; an erased account takes its requests with it.
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="CASCADE"), index=True),
    # What the service was called when the call-back was asked for: a groomer's list needs no second look.
    sa.Column("listing_title", sa.String(200), nullable=False),
    sa.Column("pet_name", sa.String(60), nullable=False),
    sa.Column("weight_grams", sa.Integer, nullable=False),
    sa.Column("phone", sa.String(20), nullable=False),
    sa.Column("note", sa.String(500), nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False, index=True),
    sa.Column("called_at", UtcDateTime),
    sa.CheckConstraint("weight_grams > 0", name="weight"),
    sa.Index("ix_grooming_quote_request_shop_id", "shop_id", "asked_at"),
)


def _visit() -> sa.Column[object]:
    return sa.Column(
        "visit_id", Uuid, sa.ForeignKey("grooming_visit.id", ondelete="CASCADE"), nullable=False, index=True
    )


def _by(name: str = "by_person_id") -> sa.Column[object]:
    return sa.Column(name, Uuid, sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)


visit_table = sa.Table(
    "grooming_visit",
    metadata,
    # The line of the order, which is the appointment too.
    sa.Column("id", Uuid, sa.ForeignKey("appointment.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("order_id", Uuid, nullable=False, index=True),
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), nullable=False),
    sa.Column("listing_id", Uuid, sa.ForeignKey("listing.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("title", sa.String(300), nullable=False),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    # Empty for an animal that somebody only told of, without a record of its own.
    sa.Column("pet_id", Uuid, sa.ForeignKey("pets_pet.id", ondelete="SET NULL"), index=True),
    sa.Column("pet_name", sa.String(60), nullable=False),
    sa.Column("species", sa.String(20), nullable=False),
    sa.Column("coat", sa.String(20), nullable=False),
    sa.Column("band", sa.String(10), nullable=False),
    # What the family lets the salon see of the pet's behaviour, as it was when it was booked.
    sa.Column("codes", sa.String(200), nullable=False, server_default=""),
    # The state of the line, copied in the transaction that moves it: the board is read in one statement.
    sa.Column("state", sa.String(40), nullable=False),
    sa.Column("starts_at", UtcDateTime, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    # What was agreed when it was booked; extras that were agreed to come on top of it.
    sa.Column("price_amount", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer, "sqlite")),
    sa.Column("staff_name", sa.String(120), nullable=False),
    sa.Column("weigh", sa.Boolean, nullable=False),
    sa.Column("review_band", sa.String(10), nullable=False, server_default=""),
    sa.Column("gate_note", sa.String(500), nullable=False, server_default=""),
    sa.Column("here_at", UtcDateTime),
    sa.Column("checked_in_at", UtcDateTime),
    sa.Column("started_at", UtcDateTime),
    sa.Column("eta", UtcDateTime),
    sa.Column("ready_at", UtcDateTime),
    sa.Column("picked_up_at", UtcDateTime),
    # When the work was paused by itself, because the owner had not answered; empty again once it goes on.
    sa.Column("held_at", UtcDateTime),
    sa.Column("phone", sa.String(20), nullable=False, server_default=""),
    sa.Column("collector", sa.String(120), nullable=False, server_default=""),
    sa.Column("food", sa.String(300), nullable=False, server_default=""),
    sa.Column("medicine", sa.String(300), nullable=False, server_default=""),
    sa.Column("belongings", sa.String(300), nullable=False, server_default=""),
    sa.Column("grams", sa.Integer),
    sa.Column("cover", sa.String(60)),
    sa.CheckConstraint("pet_name <> ''", name="pet_name"),
    sa.CheckConstraint("ends_at > starts_at", name="forwards"),
    sa.CheckConstraint("price_amount >= 0", name="price"),
    sa.CheckConstraint("grams > 0", name="grams"),
    sa.Index("ix_grooming_visit_board", "shop_id", "state", "starts_at"),
)
"""One visit of one pet. ``grams`` is what the scales of the salon said."""

photo_before_table = photo_table("grooming_before", "grooming_visit")
photo_after_table = photo_table("grooming_after", "grooming_visit")

extra_table = sa.Table(
    "grooming_extra",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    _visit(),
    sa.Column("what", sa.String(200), nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("proposed_at", UtcDateTime, nullable=False),
    _by("proposed_by_id"),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    # A higher amount is another proposal, which needs another answer; the one before it ends with that answer.
    sa.Column("replaces_id", Uuid, sa.ForeignKey("grooming_extra.id", ondelete="CASCADE"), unique=True, nullable=True),
    sa.Column("withdrawn_at", UtcDateTime),
    # Withdrawn because nobody had answered in time.
    sa.Column("lapsed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("cover", sa.String(60)),
    sa.CheckConstraint("amount >= 0", name="amount"),
    sa.CheckConstraint("withdrawn_at IS NOT NULL OR NOT lapsed", name="lapsed"),
    sa.CheckConstraint("minutes >= 0 AND minutes <= 600", name="minutes"),
)
"""What was found and is proposed to be done. Never edited."""

extra_photo_table = photo_table("grooming_extra_photo", "grooming_extra")

consent_table = sa.Table(
    "grooming_consent",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("extra_id", Uuid, sa.ForeignKey("grooming_extra.id", ondelete="CASCADE"), nullable=False, unique=True),
    sa.Column("agreed", sa.Boolean, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("way", sa.String(10), nullable=False),
    sa.Column("name", sa.String(120), nullable=False),
    # To whom it was given, as it was shown: the shop's name, its IIN or BIN, its address.
    sa.Column("operator", sa.String(300), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    _by(),
    sa.CheckConstraint("way IN ('link', 'in_person')", name="way"),
    sa.CheckConstraint("name <> ''", name="name"),
)
"""The one answer to a proposal, with the amount it was given for. Appended, never changed: triggers refuse that."""

evaluation_table = sa.Table(
    "grooming_evaluation",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), nullable=False),
    sa.Column("pet_id", Uuid, sa.ForeignKey("pets_pet.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("visit_id", Uuid, sa.ForeignKey("grooming_visit.id", ondelete="SET NULL"), index=True),
    sa.Column("result", sa.String(20), nullable=False),
    sa.Column("notes", sa.String(1000), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    _by(),
    sa.CheckConstraint("result IN ('passed', 'failed', 'conditional')", name="result"),
    sa.CheckConstraint("result = 'passed' OR notes <> ''", name="notes"),
    sa.Index("ix_grooming_evaluation_shop_id", "shop_id", "pet_id", "at"),
)
"""What a salon found when it met a pet. Appended; the latest counts."""

card_table = sa.Table(
    "grooming_card",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    _visit(),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("mood", sa.String(20), nullable=False),
    sa.Column("coat", sa.String(20), nullable=False),
    sa.Column("skin", sa.String(20), nullable=False),
    sa.Column("ears", sa.String(20), nullable=False),
    sa.Column("nails", sa.String(20), nullable=False),
    sa.Column("done", sa.String(2000), nullable=False),
    sa.Column("advice", sa.String(2000), nullable=False),
    sa.Column("next_weeks", sa.Integer),
    sa.Column("see_vet", sa.Boolean, nullable=False),
    sa.Column("written_at", UtcDateTime, nullable=False),
    _by(),
    sa.Column("published_at", UtcDateTime),
    sa.UniqueConstraint("visit_id", "number"),
    sa.CheckConstraint("number > 0", name="number"),
    sa.CheckConstraint("next_weeks BETWEEN 1 AND 52", name="next_weeks"),
)
"""Versions of a report card; the family sees the last one that was published."""

override_table = sa.Table(
    "grooming_override",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("listing_id", Uuid, sa.ForeignKey("listing.id", ondelete="CASCADE"), nullable=False),
    sa.Column("pet_id", Uuid, sa.ForeignKey("pets_pet.id", ondelete="CASCADE"), index=True),
    sa.Column(
        "resource_id",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        sa.ForeignKey("resource.id", ondelete="CASCADE"),
        index=True,
    ),
    sa.Column("breed", sa.String(60)),
    sa.Column("price_amount", sa.BigInteger),
    sa.Column("minutes", sa.Integer),
    sa.Column("at", UtcDateTime, nullable=False),
    _by(),
    sa.UniqueConstraint("listing_id", "pet_id"),
    sa.UniqueConstraint("listing_id", "resource_id"),
    sa.UniqueConstraint("listing_id", "breed"),
    sa.CheckConstraint(
        "(pet_id IS NOT NULL AND resource_id IS NULL AND breed IS NULL)"
        " OR (pet_id IS NULL AND resource_id IS NOT NULL AND breed IS NULL)"
        " OR (pet_id IS NULL AND resource_id IS NULL AND breed IS NOT NULL)",
        name="whose",
    ),
    sa.CheckConstraint("price_amount IS NOT NULL OR minutes IS NOT NULL", name="says_something"),
    sa.CheckConstraint("price_amount >= 0", name="price"),
    sa.CheckConstraint("minutes BETWEEN 5 AND 600", name="minutes"),
)
"""What differs from the table of sizes: for one pet, one member of staff, one breed."""

TABLES = tuple(
    t.name
    for t in (
        request_table,
        visit_table,
        photo_before_table,
        photo_after_table,
        extra_table,
        extra_photo_table,
        consent_table,
        evaluation_table,
        card_table,
        override_table,
    )
)
