"""The tables of clients, and where :class:`Client` is mapped."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace_kit.crm.domain import CHANNELS, LONGEST_TITLE, SOURCES, VISIBILITIES, Client
from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid, mapper, metadata
from marketplace_kit.scheduling.tables import Number


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(v) for v in values)})"


client_table = sa.Table(
    "client",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), nullable=False),
    sa.Column("person_id", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("name_folded", sa.String(200), nullable=False),
    sa.Column("phone", sa.String(20)),
    sa.Column("email", sa.String(254)),
    sa.Column("locale", sa.String(5), nullable=False),
    sa.Column("channel", sa.String(10), nullable=False),
    sa.Column("birthday", sa.Date),
    sa.Column("birth_md", sa.Integer),
    sa.Column("staff_id", Number, sa.ForeignKey("resource.id", ondelete="SET NULL"), index=True),
    sa.Column("source", sa.String(10), nullable=False),
    sa.Column("first_seen_at", UtcDateTime, nullable=False),
    sa.Column("last_seen_at", UtcDateTime, nullable=False),
    sa.Column("preferences", Json, nullable=False, server_default="{}"),
    sa.Column("follow_up_on", sa.Date),
    sa.Column("follow_up_what", sa.String(300), nullable=False, server_default=""),
    sa.Column("follow_up_by", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("follow_up_told_at", UtcDateTime),
    sa.Column("merged_into_id", Uuid, sa.ForeignKey("client.id", ondelete="SET NULL"), index=True),
    sa.Column("deleted_at", UtcDateTime),
    sa.Column("version", sa.Integer, nullable=False),
    # One card for each phone, and one for each person: those who have neither are nobody's client.
    sa.UniqueConstraint("shop_id", "phone", name="uq_client_shop_phone"),
    sa.UniqueConstraint("shop_id", "person_id", name="uq_client_shop_person"),
    sa.CheckConstraint("substr(phone, 1, 1) = '+'", name="phone"),
    sa.CheckConstraint("deleted_at IS NULL OR (phone IS NULL AND email IS NULL AND name = '')", name="forgotten"),
    sa.CheckConstraint("channel = '' OR " + _one_of("channel", CHANNELS), name="channel"),
    sa.CheckConstraint(_one_of("source", SOURCES), name="source"),
    sa.CheckConstraint("(birthday IS NULL) = (birth_md IS NULL)", name="birthday"),
    sa.CheckConstraint("merged_into_id <> id", name="merged"),
    sa.CheckConstraint(
        "follow_up_on IS NOT NULL OR (follow_up_what = '' AND follow_up_told_at IS NULL)", name="follow_up"
    ),
    # Whom somebody is to be reminded of, and has not been yet.
    sa.Index(
        "ix_client_follow_up",
        "follow_up_on",
        postgresql_where=sa.text("follow_up_told_at IS NULL AND follow_up_on IS NOT NULL"),
        sqlite_where=sa.text("follow_up_told_at IS NULL AND follow_up_on IS NOT NULL"),
    ),
    # The list: those first who were here last.
    sa.Index("ix_client_shop_seen", "shop_id", "last_seen_at", "id"),
)
"""A card that was merged into another stays as it is and points at it: reading gathers them, undoing lets go."""

client_order_table = sa.Table(
    "client_order",
    metadata,
    sa.Column("order_id", Uuid, sa.ForeignKey("order_head.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("client_id", Uuid, sa.ForeignKey("client.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("set_by", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("at", UtcDateTime, nullable=False),
)
"""Whose order it was: one client at most. ``set_by`` is who of the shop said so; nobody where the phone did."""

note_table = sa.Table(
    "client_note",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("client_id", Uuid, sa.ForeignKey("client.id", ondelete="CASCADE"), nullable=False),
    sa.Column("by_id", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("text", sa.String(2000), nullable=False),
    sa.Column("visibility", sa.String(10), nullable=False),
    # What was written is corrected by another note, and only once: the newest one counts, the older can be read.
    sa.Column("corrects_id", Uuid, sa.ForeignKey("client_note.id", ondelete="CASCADE"), unique=True),
    sa.CheckConstraint(_one_of("visibility", VISIBILITIES), name="visibility"),
    sa.CheckConstraint("text <> ''", name="text"),
    sa.Index("ix_client_note_client", "client_id", "at", "id"),
)

document_table = sa.Table(
    "client_document",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("client_id", Uuid, sa.ForeignKey("client.id", ondelete="CASCADE"), nullable=False),
    sa.Column(
        "key", sa.String(80), sa.ForeignKey("private_file.key", ondelete="RESTRICT"), nullable=False, unique=True
    ),
    sa.Column("title", sa.String(LONGEST_TITLE), nullable=False),
    sa.Column("file_name", sa.String(120), nullable=False),
    sa.Column("media_type", sa.String(80), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("visibility", sa.String(10), nullable=False),
    sa.Column("by_id", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.CheckConstraint(_one_of("visibility", VISIBILITIES), name="visibility"),
    sa.CheckConstraint("title <> ''", name="title"),
    sa.Index("ix_client_document_client", "client_id", "at", "id"),
)
"""What a shop keeps of a client as files; the bytes are private files of the web floor."""

tag_table = sa.Table(
    "client_tag",
    metadata,
    sa.Column("client_id", Uuid, sa.ForeignKey("client.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("key", sa.String(40), primary_key=True),
    sa.Column("tag", sa.String(40), nullable=False),
    sa.CheckConstraint("key <> ''", name="key"),
    sa.Index("ix_client_tag_key", "key", "client_id"),
)

merge_table = sa.Table(
    "client_merge",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("shop_id", Uuid, sa.ForeignKey("shop.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("from_id", Uuid, sa.ForeignKey("client.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("into_id", Uuid, sa.ForeignKey("client.id", ondelete="CASCADE"), nullable=False),
    sa.Column("moved", Json, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("by_id", Uuid, sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
    sa.Column("undone_at", UtcDateTime),
    sa.Index("ix_client_merge_into", "into_id", "at"),
)
"""``moved`` are the cards that had been merged into ``from_id`` before: undoing gives them back."""

mapper.map_imperatively(Client, client_table, version_id_col=client_table.c.version)

TABLES = tuple(t.name for t in (client_table, client_order_table, note_table, document_table, tag_table, merge_table))
