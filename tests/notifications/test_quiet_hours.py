"""What can wait is sent when quiet hours end: once, and not lost."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.jobs import run_until_idle
from marketplace_kit.kernel.site import Site
from marketplace_kit.notifications.domain import QuietHours
from marketplace_kit.notifications.services import choose_quiet
from marketplace_kit.testing.mail import FakeMail
from tests.notifications.conftest import Send, deliveries

NIGHT = QuietHours(time(22), time(8), "Asia/Atyrau")
NOON = QuietHours(time(12), time(14), "Asia/Atyrau")


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    """In Atyrau, five hours east."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=5)


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("hours", "now", "ends"),
    [
        (NIGHT, at(21, 59), None),
        (NIGHT, at(22), at(8, day=3)),
        (NIGHT, at(23, 30), at(8, day=3)),
        (NIGHT, at(0, day=3), at(8, day=3)),
        (NIGHT, at(7, 59), at(8)),
        (NIGHT, at(8), None),
        (NOON, at(11, 59), None),
        (NOON, at(13), at(14)),
        (NOON, at(14), None),
    ],
)
def test_quiet_hours_end(hours: QuietHours, now: datetime, ends: datetime | None) -> None:
    assert hours.end_of(now) == ends


@pytest.mark.one_engine
def test_a_night_of_changing_clocks_ends_by_the_clock_on_the_wall() -> None:
    berlin = QuietHours(time(22), time(8), "Europe/Berlin")
    spring = berlin.end_of(datetime(2026, 3, 28, 22, 0, tzinfo=UTC))
    assert spring == datetime(2026, 3, 29, 6, 0, tzinfo=UTC)


async def test_mail_of_the_night_comes_in_the_morning_once(
    site: Site, send: Send, fake_mail: FakeMail, clock: SetClock
) -> None:
    clock.set(at(23))
    await send()
    await send("kennel.alarm", key="alarm")
    await run_until_idle(site)
    assert [m["Subject"] for m in fake_mail.outbox] == ["Alarm"], "what is required does not wait"
    clock.set(at(8, 1, day=3))
    for _ in range(3):
        await run_until_idle(site)
    assert [m["Subject"] for m in fake_mail.outbox] == ["Alarm", "Aksha is ready"]


async def test_a_mail_that_was_deferred_into_the_night_waits_and_its_tries_are_counted(
    site: Site, send: Send, fake_mail: FakeMail, clock: SetClock
) -> None:
    clock.set(at(21, 59))
    fake_mail.defer(1)
    await send()
    await run_until_idle(site)
    clock.set(at(22, 30))
    await run_until_idle(site)
    assert fake_mail.attempts == 1
    clock.set(at(8, 0, day=3))
    await run_until_idle(site)
    assert list(fake_mail.copies.values()) == [1]
    assert ("email", "sent", 2, None) in await deliveries(site)


@pytest.mark.parametrize("none", [True, False])
async def test_hours_of_ones_own_count_instead_of_the_sites(
    site: Site, send: Send, aigerim: UUID, fake_mail: FakeMail, clock: SetClock, none: bool
) -> None:
    own: tuple[Any, Any] = (None, None) if none else (time(10), time(12))
    await site.do(choose_quiet, aigerim, *own, "Asia/Atyrau")
    clock.set(at(11) if not none else at(23))
    await send()
    await run_until_idle(site)
    assert len(fake_mail.outbox) == int(none)
    clock.set(at(12) if not none else at(23, 30))
    await run_until_idle(site)
    assert len(fake_mail.outbox) == 1
