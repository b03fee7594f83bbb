"""The outbox: events and jobs are rows written with the change that caused them.

An event becomes one row here and one job row for each listener, in the same transaction. ``job.key`` is unique, so a
listener gets an event once however often it is delivered. Brokers only ring a bell: losing one loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from marketplace_kit.kernel import prepared
from marketplace_kit.kernel.database import Json, UtcDateTime, Uuid, metadata
from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.ids import new_id

event_table = sa.Table(
    "outbox_event",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("payload", Json, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False, index=True),
)

LONGEST_KEY = 200

job_table = sa.Table(
    "job",
    metadata,
    sa.Column("id", Uuid, primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("payload", Json, nullable=False),
    sa.Column("key", sa.String(LONGEST_KEY), nullable=False, unique=True),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("run_at", UtcDateTime, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("leased_by", sa.String(80)),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("announced_at", UtcDateTime),
    sa.Column("error", sa.Text),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("done_at", UtcDateTime),
    sa.CheckConstraint("state IN ('ready', 'done', 'dead')", name="state"),
    sa.CheckConstraint("(leased_by IS NULL) = (lease_until IS NULL)", name="lease"),
    sa.Index(
        "ix_job_ready", "run_at", postgresql_where=sa.text("state = 'ready'"), sqlite_where=sa.text("state = 'ready'")
    ),
)


class JobRow(msgspec.Struct, kw_only=True):
    """One piece of work to be written down. Two rows with one ``key`` are one piece of work."""

    name: str
    payload: Any
    key: str
    run_at: datetime


def news(
    at: datetime, events: Sequence[tuple[UUID, Event]], jobs: Sequence[JobRow]
) -> tuple[prepared.New, prepared.New]:
    """The rows of events and of jobs; a job whose key exists already is left as it is."""
    told = [{"id": i, "name": e.name, "payload": msgspec.to_builtins(e), "recorded_at": at} for i, e in events]
    work = [msgspec.structs.asdict(j) | {"id": new_id(), "state": "ready", "created_at": at} for j in jobs]
    return prepared.New(event_table, told), prepared.New(job_table, work, unless=("key",))
