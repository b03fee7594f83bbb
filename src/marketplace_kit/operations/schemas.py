"""What goes over the wire: forms that are taken, structs that are answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.texts import N_

_FIRST, _LAST = date(2000, 1, 1), date(2100, 12, 31)


class OperationsSettings(Form):
    """``[operations]``: watching over the site."""

    backup_days: Annotated[
        int,
        Field(
            N_("A backup is old after"),
            unit=N_("days"),
            min=1,
            max=365,
            runtime=True,
            hint=N_("The health page then warns."),
        ),
    ] = 2


class TrailFilter(Form):
    """What to show of the audit trail."""

    act: Annotated[str | None, Field(N_("Act"), max_length=80, hint=N_("For example shops.approve or only shops."))] = (
        None
    )
    person: Annotated[
        str | None, Field(N_("Person"), max_length=254, hint=N_("An e-mail address or an id."), autocomplete="off")
    ] = None
    subject: Annotated[str | None, Field(N_("Subject"), max_length=120, hint=N_("Kind and id, or the kind only."))] = (
        None
    )
    since: Annotated[date | None, Field(N_("From the day"), min=_FIRST, max=_LAST)] = None
    until: Annotated[date | None, Field(N_("Up to and including"), min=_FIRST, max=_LAST)] = None


class JobRetry(Form):
    """Which dead work gets another life."""

    name: Annotated[str, Field(N_("Name of the work"), max_length=100, hint=N_("Empty means all."))] = ""


class TrailEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One deed. Names are those of today; ``actor_name`` is empty for the system and for people who were forgotten."""

    position: int
    id: UUID
    at: datetime
    act: str
    subject: str
    actor_id: UUID | None
    actor_name: str
    real_actor_id: UUID | None
    real_actor_name: str
    facts: dict[str, Any]
    request_id: str
    hash: str


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The site in numbers. ``oldest_waiting_seconds`` is how long the oldest due work has waited."""

    people: int
    people_this_week: int
    shops_open: int
    shops_waiting: int
    listings_published: int
    deliveries_failed: int
    jobs_waiting: int
    jobs_dead: int
    oldest_waiting_seconds: int
    plugins_quarantined: int


class JobCount(msgspec.Struct, frozen=True, kw_only=True):
    """How much work of one name there is that is not done."""

    name: str
    waiting: int
    dead: int
    oldest: datetime | None


class DeadJob(msgspec.Struct, frozen=True, kw_only=True):
    """Work that was given up. ``reason`` is the last line of ``error``."""

    id: UUID
    name: str
    attempts: int
    created_at: datetime
    error: str
    reason: str


class ScheduledJob(msgspec.Struct, frozen=True, kw_only=True):
    """Work on the schedule: when it last began an interval, and what became of that."""

    name: str
    plugin: str
    every_seconds: int
    active: bool
    due_at: datetime | None
    done_at: datetime | None
    state: str


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """A worker that did its heartbeat."""

    name: str
    at: datetime
    silent: bool


class WorkView(msgspec.Struct, frozen=True, kw_only=True):
    """Background work at a glance."""

    waiting: int
    dead: int
    oldest_waiting_seconds: int
    counts: list[JobCount]
    scheduled: list[ScheduledJob]
    workers: list[Worker]


class Retried(msgspec.Struct, frozen=True):
    retried: int


class Started(msgspec.Struct, frozen=True):
    """The job that was put in line."""

    name: str


class SettingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One setting. ``value`` of a secret is masked; ``origin`` says where it comes from (``admin``: it was saved here);
    ``runtime`` whether an admin may change it while the site runs.
    """

    name: str
    label: str
    value: str
    origin: str
    secret: bool
    runtime: bool = False


class BrandView(msgspec.Struct, frozen=True, kw_only=True):
    """The brand in force. ``chosen`` is false while the site wears its look's own; ``mark`` names the style sheet
    (empty for the look's own). ``light`` and ``dark`` are all shades that follow from the tokens.
    """

    chosen: bool
    mark: str
    stylesheet: str
    tokens: dict[str, str]
    logo: str | None
    light: dict[str, str]
    dark: dict[str, str]


class PluginCard(msgspec.Struct, frozen=True, kw_only=True):
    """A plugin as an admin sees it. ``state`` is core, enabled, disabled or quarantined (``reason`` says why)."""

    name: str
    label: str
    summary: str
    version: str
    category: str
    state: str
    reason: str = ""
    needs: list[str] = []
    needed_by: list[str] = []
    personal_data: str = ""
    contributes: dict[str, int] = {}
    settings: list[SettingRow] = []


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the doctor: ``state`` is ok, warn or fail."""

    what: str
    state: str
    finding: str
    cure: str


class ChainView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the audit trail is whole; if not, ``broken_at`` is the first entry that does not fit."""

    entries: int
    head: str
    whole: bool
    broken_at: int | None = None
    why: str = ""


class PartView(msgspec.Struct, frozen=True, kw_only=True):
    """One plugin's share of a hook or slot, as it was when it was last asked; ``milliseconds`` is empty before that."""

    plugin: str
    active: bool
    milliseconds: float | None
    answered: int
    error: str = ""


class HookView(msgspec.Struct, frozen=True, kw_only=True):
    """A hook with those that implement it, in the order in which they are called."""

    name: str
    shape: str
    parts: list[PartView]


class SlotView(msgspec.Struct, frozen=True, kw_only=True):
    """A place on pages where plugins may add something: the templates that offer it, and who last did."""

    name: str
    templates: list[str]
    parts: list[PartView]


class ExtensionsView(msgspec.Struct, frozen=True, kw_only=True):
    hooks: list[HookView]
    slots: list[SlotView]
