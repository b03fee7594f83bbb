"""The tables of what follows an appointment: answers, messages to guests, feeds."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid, metadata


def _appointment() -> sa.ForeignKey:
    return sa.ForeignKey("appointment.id", ondelete="CASCADE")


def _person() -> sa.ForeignKey:
    return sa.ForeignKey("person.id", ondelete="CASCADE")


answer_table = sa.Table(
    "appointment_answer",
    metadata,
    sa.Column("appointment_id", Uuid, _appointment(), primary_key=True),
    sa.Column("answer", sa.String(20), nullable=False),
    sa.Column("starts_s", sa.BigInteger, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.CheckConstraint("answer IN ('will_come')", name="answer"),
)
"""The customer said that they will come - at the start that it had then; moved, it says nothing any more."""

message_table = sa.Table(
    "appointment_message",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("appointment_id", Uuid, _appointment(), nullable=False),
    sa.Column("notice", sa.String(80), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("offset_minutes", sa.Integer, nullable=False, server_default="0"),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("state", sa.String(10), nullable=False, server_default="waiting"),
    sa.Column("written_at", UtcDateTime, nullable=False),
    sa.Column("sent_at", UtcDateTime),
    sa.UniqueConstraint(
        "appointment_id", "notice", "version", "offset_minutes", "channel", name="uq_appointment_message_once"
    ),
    sa.CheckConstraint("state IN ('waiting', 'sent', 'failed', 'skipped')", name="state"),
    sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
)
"""A message to a guest, who has no account and so no notices. Neither address nor words are stored: both are found
when it leaves.
"""

_LIVE = sa.text("revoked_at IS NULL")
feed_table = sa.Table(
    "calendar_feed",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("person_id", Uuid, _person(), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("revoked_at", UtcDateTime),
    sa.CheckConstraint("kind IN ('visits', 'work')", name="kind"),
    sa.Index("uq_calendar_feed_live", "person_id", "kind", unique=True, postgresql_where=_LIVE, sqlite_where=_LIVE),
)
"""A private address of a person's calendar: of their own visits, or of those that they work at. One of each is live."""

series_table = sa.Table(
    "appointment_series",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("person_id", Uuid, _person(), index=True),
    sa.Column("like_id", Uuid, _appointment(), nullable=False),
    sa.Column("freq", sa.String(10), nullable=False),
    sa.Column("every", sa.Integer, nullable=False),
    sa.Column("weekdays", Json, nullable=False),
    sa.Column("nth", sa.Integer, nullable=False),
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("minute", sa.Integer, nullable=False),
    sa.Column("zone", sa.String(60), nullable=False),
    sa.Column("by_staff", sa.Boolean, nullable=False),
    sa.Column("made_by", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL")),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.CheckConstraint("freq IN ('weekly', 'monthly')", name="freq"),
    sa.CheckConstraint("every BETWEEN 1 AND 52", name="every"),
    sa.CheckConstraint("minute BETWEEN 0 AND 1439", name="minute"),
    sa.CheckConstraint("nth BETWEEN -1 AND 5", name="nth"),
)
"""A rule by which an appointment repeats, in wall time. ``like_id`` is the one that it repeats."""

series_date_table = sa.Table(
    "appointment_series_date",
    metadata,
    sa.Column("series_id", Uuid, sa.ForeignKey("appointment_series.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("starts_s", sa.BigInteger),
    sa.Column("minute", sa.Integer),
    sa.Column("appointment_id", Uuid, sa.ForeignKey("appointment.id", ondelete="SET NULL"), index=True),
    sa.Column("reason", sa.String(60), nullable=False, server_default=""),
    sa.CheckConstraint("state IN ('planned', 'booked', 'conflict', 'dropped')", name="state"),
    sa.Index("ix_appointment_series_date_planned", "state", "starts_s"),
)
"""The dates of a series: each is booked once, whatever is tried twice. ``minute`` is that of the day, where it is not
the rule's.
"""

_OPEN = sa.text("state IN ('waiting', 'offered')")
_GUEST = sa.text("state IN ('waiting', 'offered') AND person_id IS NULL")
_ASKED = sa.text("state = 'offered'")
wait_table = sa.Table(
    "slot_wait",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), nullable=False),
    sa.Column("listing_id", Uuid, sa.ForeignKey("listing.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("person_id", Uuid, _person()),
    sa.Column("contact_name", sa.String(120), nullable=False, server_default=""),
    sa.Column("contact_phone", sa.String(20), nullable=False, server_default=""),
    sa.Column("locale", sa.String(5), nullable=False, server_default=""),
    sa.Column("consent_version", sa.String(40)),
    sa.Column("staff_id", sa.BigInteger, sa.ForeignKey("resource.id", ondelete="SET NULL")),
    sa.Column("address", sa.String(200), nullable=False, server_default=""),
    sa.Column("entrance", sa.String(80), nullable=False, server_default=""),
    sa.Column("lat", sa.Float),
    sa.Column("lon", sa.Float),
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("from_minute", sa.Integer, nullable=False),
    sa.Column("to_minute", sa.Integer, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("joined_at", UtcDateTime, nullable=False),
    sa.Column("offer_id", Uuid),
    sa.Column("offer_s", sa.BigInteger),
    sa.Column("offer_until", UtcDateTime),
    sa.Column("release_id", Uuid),
    sa.CheckConstraint("person_id IS NOT NULL OR contact_phone <> ''", name="whom"),
    sa.CheckConstraint("state IN ('waiting', 'offered', 'taken', 'passed', 'left')", name="state"),
    sa.CheckConstraint("state <> 'offered' OR (offer_id IS NOT NULL AND offer_until IS NOT NULL)", name="offer"),
    sa.CheckConstraint("last_day >= first_day", name="days"),
    sa.CheckConstraint("from_minute BETWEEN 0 AND 1439 AND to_minute > from_minute AND to_minute <= 1440", name="part"),
    sa.Index("ix_slot_wait_shop_state", "shop_id", "state", "id"),
    sa.Index("uq_slot_wait_open", "person_id", "listing_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
    sa.Index(
        "uq_slot_wait_guest", "contact_phone", "listing_id", unique=True, postgresql_where=_GUEST, sqlite_where=_GUEST
    ),
    sa.Index("uq_slot_wait_release", "release_id", unique=True, postgresql_where=_ASKED, sqlite_where=_ASKED),
)
"""Somebody waits for a time of a full day; who came first is asked first. ``offer_id`` is the hold kept for them
until ``offer_until``, ``offer_s`` the start that is offered, ``release_id`` what had been let go: of each release one
offer is open. A guest has a name and a phone, and the version of the text that they agreed to. Who waits for a visit at
home says where.
"""

FOLLOWING = tuple(
    t.name for t in (answer_table, message_table, feed_table, series_table, series_date_table, wait_table)
)
