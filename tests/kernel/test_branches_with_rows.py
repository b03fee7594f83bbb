"""Each branch of the core goes back one revision and up again on a database in use: what is older than it stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from marketplace_kit.cli.samples import load_samples
from marketplace_kit.kernel.branches import Migrations
from marketplace_kit.kernel.database import UtcDateTime, metadata
from marketplace_kit.kernel.ids import new_id
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.testing.databases import Databases
from marketplace_kit.testing.sites import MONDAY_MORNING, Sites

Rows = dict[str, list[str]]
CORE = {"MK_PLUGINS": ""}
# What the type of a column does not tell: the rest is made up from the types and the keys of the tables.
GIVEN: dict[str, dict[str, Any]] = {
    "notice": {"read_status": "unread"},
    "notice_device": {"kind": "android", "p256dh": None, "auth": None},
    "notice_quiet_hours": {"quiet_from": 1320, "quiet_until": 480},
    "person_stage": {"stage": "lead"},
    "notice_delivery": {"state": "sent"},
    "listing": {"state": "published", "price_currency": "KZT", "language": "ru", "titles": {}, "descriptions": {}},
    "listing_option_group": {"kind": "modifier"},
    "listing_menu_section": {"opens": 480, "closes": 660},
    "job": {"state": "done"},
    "review": {"state": "published", "rating": 4},
    "review_report": {"reason": "other"},
    "review_invitation": {"due_at": MONDAY_MORNING, "closes_at": MONDAY_MORNING + timedelta(days=14)},
    "client": {
        "phone": "+77010000001",
        "channel": "",
        "source": "order",
        "name": "",
        "deleted_at": None,
        "preferences": {},
    },
    "client_note": {"visibility": "private"},
    "resource": {"kind": "subject", "shop_id": None},
    "resource_hours": {"closes": 540},
    "resource_day": {"mode": "closed"},
    "service_rule": {"mode": "grid", "confirmation": "instant", "prepay": "none"},
    "appointment": {"effect": "keeps", "origin": "staff", "ends_s": 3601},
    "claim": {"kind": "hold", "to_s": 3601},
    "appointment_reminder": {"state": "waiting"},
    "appointment_answer": {"answer": "will_come"},
    "appointment_message": {"state": "sent"},
    "calendar_feed": {"kind": "visits"},
    "appointment_series": {"freq": "weekly"},
    "appointment_series_date": {"state": "booked"},
    "slot_wait": {"state": "waiting", "from_minute": 0},
    "booking_mark": {"mode": "allow"},
    "van": {"kmh": 30, "road_percent": 130},
    "order_head": {"status": "pending"},
    "order_line": {"tab": "services", "stage": "pending", "titles": {}},
    "order_event": {"actor_kind": "system"},
    "order_payment": {"paid_before": 0, "means": "cash"},
    "order_change_request": {"state": "agreed"},
    "client_document": {"visibility": "private"},
}
OWN: dict[type[Any], Any] = {
    UtcDateTime: MONDAY_MORNING,
    sa.Date: MONDAY_MORNING.date(),
    sa.Boolean: True,
    sa.Integer: 1,
    sa.Float: 1.5,
    sa.LargeBinary: b"kept",
    sa.JSON: [],
}
# Younger revisions know more states and let a draft have no name: going back, a shop gets what was known then.
THEN = {"draft": "pending", "paused": "closed", "hidden": "closed", "suspended": "closed"}
# Their rows are made anew on the way up (what was agreed to before), or are added by it (index what is published).
MADE_ANEW = {"consent", "consent_record", "job", "alembic_version"}

AGREED = {"consent_record": ["person_id", "purpose", "document_version"]}


def made_up(column: sa.Column[Any], known: sa.Connection) -> Any:
    """A value that the column takes."""
    for key in column.foreign_keys:
        if key.column.table is column.table:
            return None
        return known.execute(sa.select(key.column).limit(1)).scalar_one()
    if isinstance(column.type, sa.Uuid):
        return new_id()
    if isinstance(column.type, sa.String):
        return "kept"[: column.type.length]
    return next(value for kind, value in OWN.items() if isinstance(column.type, kind))


def fill(registry: Registry, connection: sa.Connection) -> None:
    """A row in every table of the core that has none."""
    names = {name for storage in registry.storage.values() for name in storage.tables}
    for table in metadata.sorted_tables:
        if table.name in names and connection.execute(sa.select(table).limit(1)).first() is None:
            row = {c.key: made_up(c, connection) for c in table.c}
            connection.execute(sa.insert(table).values(row | GIVEN.get(table.name, {})))
            assert connection.execute(sa.select(table)).first() is not None, table.name


def make_awkward(connection: sa.Connection) -> None:
    """What the revisions before could not hold: a shop that has a break, a draft without a name, a number that two
    people claim.
    """
    shop, person = metadata.tables["shop"], metadata.tables["person"]
    paused, nameless = connection.execute(sa.select(shop.c.id).order_by(shop.c.id).limit(2)).scalars()
    connection.execute(sa.update(shop).where(shop.c.id == paused).values(state="paused"))
    connection.execute(sa.update(shop).where(shop.c.id == nameless).values(state="draft", name=""))
    somebody = connection.execute(sa.select(person).limit(1)).mappings().one()
    claim = {"email": None, "email_lookup": None, "phone": "+77010000000", "phone_verified_at": None}
    connection.execute(sa.insert(person), [dict(somebody) | claim | {"id": new_id()} for _ in range(2)])


def shape(connection: sa.Connection) -> dict[str, list[str]]:
    seen = sa.inspect(connection)
    tables = [t for t in seen.get_table_names() if t not in MADE_ANEW and not t.startswith("listing_words")]
    return {t: sorted(c["name"] for c in seen.get_columns(t)) for t in tables}


def rows(connection: sa.Connection, columns: dict[str, list[str]]) -> Rows:
    found = {}
    for table, names in columns.items():
        listed = ", ".join(f'"{name}"' for name in names)
        read = connection.exec_driver_sql(f'SELECT {listed} FROM "{table}"')  # noqa: S608 - names of our own tables
        found[table] = sorted(repr([as_then(table, n, v) for n, v in zip(names, r, strict=True)]) for r in read)
    return found


def as_then(table: str, column: str, value: Any) -> Any:
    if isinstance(value, memoryview):
        return bytes(value)
    return THEN.get(value, value) if (table, column) == ("shop", "state") else value


def steps(migrations: Migrations, registry: Registry) -> Iterator[tuple[str, str]]:
    """Branch and revision before its newest; the youngest branch first."""
    scripts = migrations.scripts()
    for branch in reversed([name.split(":")[0] for name in registry.storage]):
        newest = max(scripts.get_revisions(f"{branch}@head"), key=lambda r: r.revision)
        yield branch, str(newest.down_revision or "base")


@pytest.mark.anyio
async def test_a_database_in_use_goes_back_one_revision_and_up_again(sites: Sites, databases: Databases) -> None:
    registry = sites.boot((), CORE)[0]
    with databases.migrated(registry) as url:
        async with sites.open((), environ=CORE, url=url) as site:
            await load_samples(site, lambda _: None)
            async with site.database.writer.begin() as connection:
                await connection.run_sync(lambda c: fill(registry, c))
                await connection.run_sync(make_awkward)
        migrations = Migrations(registry, url)
        engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)
        with engine.connect() as connection:
            agreed = rows(connection, AGREED)
        for branch, earlier in steps(migrations, registry):
            migrations.downgrade(f"{branch}@{earlier}")
            with engine.connect() as connection:
                columns = shape(connection)
                then = rows(connection, columns)
            assert then["person"] or branch == "accounts"
            migrations.upgrade()
            with engine.connect() as connection:
                assert rows(connection, columns) == then, branch
        with engine.connect() as connection:
            assert rows(connection, AGREED) == agreed
        assert migrations.differences() == []
