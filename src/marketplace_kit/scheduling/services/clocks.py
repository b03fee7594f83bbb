"""When the law of a clock is changed: every future instant follows, and what is on the wall stays.

The law by which instants were worked out is noted for each zone and held against that of this machine, by a job and by
``marketplace zones``. Each shop is done in a transaction of its own; what was interrupted goes on where it stopped.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.scheduling.domain.clocks import AHEAD_S, BEHIND_S, Law, law_of
from marketplace_kit.scheduling.queries.clocks import laws_noted, open_collisions, shops_in
from marketplace_kit.scheduling.schemas.clocks import ClockReport, ZoneReport
from marketplace_kit.scheduling.services.colliding import forget_settled, settle
from marketplace_kit.scheduling.services.retiming import Retiming, retime_shop
from marketplace_kit.scheduling.tables.clocks import zone_law_shop_table as through
from marketplace_kit.scheduling.tables.clocks import zone_law_table as law

CHECK = "scheduling.clocks"
EVERY = timedelta(minutes=10)
_RENEWED_S = 180 * 86_400
_LIST = "tzdata.zi"


def tz_version() -> str:
    """Which release of the tz database this process reads: the machine's own, where it has one, else the package."""
    for folder in zoneinfo.TZPATH:
        listed = Path(folder) / _LIST
        if listed.is_file():
            with listed.open(encoding="ascii", errors="replace") as lines:
                return next(lines, "").removeprefix("# version").strip()[:20]
    return version("tzdata")


def laws_now(zones: Mapping[str, Law | None], now: datetime) -> dict[str, Law]:
    """What this process knows; a zone that it does not know is left out."""
    from_s = int(now.timestamp()) - BEHIND_S
    return {zone: law_of(zone, from_s, from_s + AHEAD_S) for zone in zones if _is_known(zone)}


def _is_known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ValueError, zoneinfo.ZoneInfoNotFoundError):
        return False
    return True


async def compare_clocks(site: Site) -> ClockReport:
    """How each zone stands; nothing is done."""
    now = site.clock.now()
    noted = await site.ask(laws_noted)
    return _report(now, noted, laws_now(noted, now))


def _report(now: datetime, noted: Mapping[str, Law | None], known: Mapping[str, Law], **done: int) -> ClockReport:
    since = int(now.timestamp()) - BEHIND_S
    return ClockReport(
        tzdata=tz_version(),
        zones=[
            ZoneReport(
                zone=zone,
                offset=int((now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()).total_seconds()) // 60,
                changed=(was := noted[zone]) is not None and was.differs(now_, since),
                noted=was is not None,
            )
            for zone, now_ in sorted(known.items())
        ],
        **done,
    )


async def check_clocks(site: Site, *, everything: bool = False) -> ClockReport:
    """Work out anew what a change of law concerns, and try again to settle what collided. ``everything``: look at each
    coming appointment, whether or not a law was changed (after processes that knew different laws ran side by side).
    """
    now = site.clock.now()
    since = int(now.timestamp()) - BEHIND_S
    noted = await site.ask(laws_noted)
    known = laws_now(noted, now)
    changed, renewed = {}, {}
    for zone, new in known.items():
        was = noted[zone]
        if everything or was is None or was.differs(new, since):
            changed[zone] = new
        elif new.until_s - was.until_s > _RENEWED_S:
            renewed[zone] = new
    shops, appointments = (await site.ask(shops_in, list(changed), since) if changed else []), 0
    for shop_id in shops:
        done = await site.do(retime_shop, shop_id, Retiming(laws=changed, since_s=since))
        appointments += done.appointments
    if changed or renewed:
        await site.do(_note, changed | renewed)
    for claim_id in await site.ask(open_collisions):
        await site.do(settle, claim_id)
    await site.do(forget_settled)
    left = await site.ask(open_collisions)
    return _report(now, noted, known, shops=len(shops), appointments=appointments, collisions=len(left))


async def _note(uow: UnitOfWork, laws: Mapping[str, Law]) -> None:
    """Everything is worked out by these now."""
    for zone, one in laws.items():
        values = {
            "steps": [list(step) for step in one.steps],
            "until_s": one.until_s,
            "tzdata": tz_version(),
            "noted_at": uow.at,
        }
        said = uow.site.database.insert(law).values(zone=zone, **values)
        await uow.session.execute(said.on_conflict_do_update(index_elements=["zone"], set_=values))
    await uow.session.execute(sa.delete(through).where(through.c.zone.in_(list(laws))))
