"""A site whose mail goes to the fake server, a person in it, and notices to send."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from typing_extensions import override

from marketplace_kit.accounts.services import create_person
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.hooks import Notice, Plugin, PluginInfo, hookimpl
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.site import Site
from marketplace_kit.notifications.services import notify
from marketplace_kit.notifications.tables import delivery_table
from marketplace_kit.testing.mail import FakeMail
from marketplace_kit.testing.sites import Sites

PASSWORD = "a-good-long-password"
Send = Callable[..., Awaitable[UUID | None]]


class Kennel(Plugin):
    """Declares notices, as any plugin may."""

    info = PluginInfo(name="kennel", version="1", label="Kennel", summary="Notices for the tests.")

    @hookimpl
    @override
    def mk_notices(self) -> Sequence[Notice]:
        return (
            Notice(name="kennel.ready", label="Puppies", subject="{puppy} is ready", body="Come and fetch {puppy}."),
            Notice(name="kennel.quiet", label="Quiet", subject="Quiet", body="Quiet.", channels=("in_app",)),
            Notice(name="kennel.alarm", label="Alarm", subject="Alarm", body="Alarm!", required=True),
            Notice(name="kennel.fax", label="Fax", subject="Fax", body="Fax.", channels=("in_app", "fax")),
        )


@pytest.fixture
async def site(sites: Sites, clock: SetClock, fake_mail: FakeMail) -> AsyncIterator[Site]:
    """A migrated site that mails to the fake server."""
    core_alone = {"MK_PLUGINS": ""}
    mail = {"mail.url": fake_mail.url}
    async with sites.open([Kennel()], clock=clock, overrides=mail, environ=core_alone) as opened:
        yield opened


@pytest.fixture
async def aigerim(site: Site) -> UUID:
    return await create_person(site, name="Aigerim", email="aigerim@example.kz", password=PASSWORD, locale="en")


@pytest.fixture
def send(site: Site, aigerim: UUID) -> Send:
    """Writes a notice in a unit of work of its own."""

    async def sending(notice: str = "kennel.ready", key: str = "one", **given: Any) -> UUID | None:
        known = {"to": aigerim, "facts": {"puppy": "Aksha"}, "link": "/puppies/1"}
        return await site.do(notify, notice=notice, key=key, **known | given)

    return sending


async def deliveries(site: Site) -> list[tuple[str, str, int, str | None]]:
    """Channel, state, attempts and error of every delivery."""
    columns = [delivery_table.c[name] for name in ("channel", "state", "attempts", "error")]
    async with site.database.reader.connect() as connection:
        rows = await connection.execute(sa.select(*columns).order_by(delivery_table.c.id))
        return [(r.channel, r.state, r.attempts, r.error) for r in rows]


async def work_for(site: Site, clock: SetClock, seconds: int) -> None:
    """Let background work run, second by second of the set clock."""
    for _ in range(seconds):
        await run_until_idle(site)
        clock.advance(timedelta(seconds=1))
    await run_until_idle(site)
