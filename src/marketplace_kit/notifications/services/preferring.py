"""What people want to be told, and how: a choice for each kind of notice and channel."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import time
from uuid import UUID

from marketplace_kit.kernel.errors import Invalid, Missing, Problem
from marketplace_kit.kernel.fields.reading import TEXTS
from marketplace_kit.kernel.hooks import Actor, Channel
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.notifications.schemas import (
    ChangedChoice,
    ChangedQuiet,
    ChannelState,
    Choice,
    Preferences,
    Reached,
)
from marketplace_kit.notifications.services.quieting import choose_quiet, usual_quiet
from marketplace_kit.notifications.tables import preference_table as preference
from marketplace_kit.web.identity import is_signed, sign

_PURPOSE = "notifications.stop"
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def stop_link(site: Site, person_id: UUID, type_: str, channel: str) -> str:
    """Where one stops a kind of notice on one channel without signing in: only its receiver knows this address."""
    signature = sign(site, _PURPOSE, f"{person_id}:{type_}:{channel}")
    public_url = site.settings.of(SiteSettings).public_url.rstrip("/")
    return f"{public_url}/notices/stop/{person_id}/{type_}/{channel}/{signature}"


def check_stop_link(site: Site, person_id: UUID, type_: str, channel: str, signature: str) -> None:
    """Refuses :class:`Missing` for a link that we did not make, or for a notice that cannot be stopped."""
    declared = site.registry.notices.get(type_)
    if not is_signed(site, _PURPOSE, f"{person_id}:{type_}:{channel}", signature):
        raise Missing
    if declared is None or declared.required:
        raise Missing


async def stop(uow: UnitOfWork, person_id: UUID, type_: str, channel: str, signature: str) -> None:
    """Send this kind of notice no more over this channel; what waits to be sent is skipped."""
    check_stop_link(uow.site, person_id, type_, channel, signature)
    await prefer(uow, person_id, type_, channel, wanted=False)


async def prefer(uow: UnitOfWork, person_id: UUID, type_: str, channel: str, *, wanted: bool) -> None:
    """Store a person's choice; the last one counts."""
    values = {"wanted": wanted, "chosen_at": uow.at}
    statement = uow.site.database.insert(preference).values(
        person_id=person_id, notice=type_, channel=channel, **values
    )
    keys = ["person_id", "notice", "channel"]
    await uow.session.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))


async def change_preferences(
    uow: UnitOfWork, choices: Sequence[ChangedChoice], quiet: ChangedQuiet | None, *, by: Actor
) -> None:
    """Store what is named. Refuses :class:`Invalid` for a notice or channel that cannot be chosen."""
    if by.person_id is None:
        raise Missing
    registry, problems = uow.site.registry, []
    for number, choice in enumerate(choices):
        declared = registry.notices.get(choice.notice)
        if declared is None or declared.required or choice.channel not in registry.channels:
            problems.append(Problem(f"choices.{number}", "not_a_choice", TEXTS["not_a_choice"]))
    if problems:
        raise Invalid(*problems)
    for choice in choices:
        await prefer(uow, by.person_id, choice.notice, choice.channel, wanted=choice.wanted)
    if quiet is not None:
        begins, ends = (_time(quiet.quiet_from, "quiet_from"), _time(quiet.quiet_until, "quiet_until"))
        if (begins is None) != (ends is None):
            raise Invalid(Problem("quiet_until", "required", TEXTS["required"]))
        await choose_quiet(uow, by.person_id, begins, ends, quiet.zone or "")


def _time(text: str | None, field: str) -> time | None:
    if text is None:
        return None
    if not _CLOCK.fullmatch(text):
        raise Invalid(Problem(field, "bad_pattern", TEXTS["bad_pattern"]))
    return time.fromisoformat(text)


def preferences_of(site: Site, reached: Reached, chosen: Mapping[tuple[str, str], bool]) -> Preferences:
    """What a person gets by which channel, as far as they may choose, and whether each channel reaches them."""
    registry = site.registry
    channels = [ChannelState(name=name, state=state_of(c, reached)) for name, c in registry.channels.items()]
    choices = [
        Choice(
            notice=name,
            channel=channel,
            wanted=declared.required or chosen.get((name, channel), channel in declared.channels),
            fixed=declared.required,
        )
        for name, declared in registry.notices.items()
        for channel in registry.channels
        if not declared.required or channel in declared.channels
    ]
    hours = reached.quiet if reached.quiet_chosen else usual_quiet(site)
    return Preferences(
        channels=channels,
        choices=choices,
        quiet_from=f"{hours.begins:%H:%M}" if hours else None,
        quiet_until=f"{hours.ends:%H:%M}" if hours else None,
        zone=hours.zone if hours else site.settings.of(SiteSettings).timezone,
        locale=reached.contact.locale,
    )


def state_of(channel: Channel, reached: Reached) -> str:
    """Whether a channel reaches a person: ``ready``, ``unverified`` or ``missing``."""
    contact = reached.contact
    if channel.address in {"email", "phone"}:
        address, proved = (
            (contact.email, contact.email_verified)
            if channel.address == "email"
            else (contact.phone, contact.phone_verified)
        )
        return "missing" if address is None else "ready" if proved else "unverified"
    linked = {"push": reached.devices > 0, "telegram": reached.telegram}
    return "ready" if linked.get(channel.name, True) else "missing"
