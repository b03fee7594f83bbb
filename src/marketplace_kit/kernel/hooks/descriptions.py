"""The nouns of the contract: frozen descriptions that hooks return. Every ``name`` is prefixed with its plugin's
name.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

import attrs
import click
import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.events import Event
from marketplace_kit.kernel.fields import Form, NoFields
from marketplace_kit.kernel.process import Process

# A description is handed the site and its units of work later; the site is assembled from descriptions, so they stand
# here as what they are to a description: something that its author's function annotates.
Handled = Callable[[Any, Any], Awaitable[None]]
"""``async def handle(uow: UnitOfWork, event: SomethingHappened) -> None``."""
Bundled = Callable[[Sequence[tuple[Any, Any]]], Awaitable[Mapping[UUID, Exception]]]
"""``async def run_bundle(shares: Sequence[tuple[Work, Payload]]) -> Mapping[UUID, Exception]``."""


@attrs.frozen(kw_only=True)
class PluginInfo:
    """Who a plugin is. ``requires_kit`` is a PEP 440 specifier; ``personal_data`` says in words what it keeps about
    people.
    """

    name: str
    version: str
    label: str
    summary: str
    category: str = "vertical"
    requires_kit: str = ""
    requires_plugins: tuple[str, ...] = ()
    personal_data: str = ""
    core: bool = False


@attrs.frozen(kw_only=True)
class Actor:
    """Who is asking: a person with what they may do, or nobody. Roles are site-wide; shops are those they work for.

    ``real_person_id`` is who really sits there, while somebody acts in this person's name; the audit trail keeps both.
    """

    person_id: UUID | None = None
    real_person_id: UUID | None = None
    name: str = ""
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    shops: frozenset[UUID] = frozenset()
    locale: str = "en"
    session_id: UUID | None = None

    @property
    def signed_in(self) -> bool:
        return self.person_id is not None

    def may(self, permission: str) -> bool:
        return permission in self.permissions


@attrs.frozen(kw_only=True)
class ListingKind:
    """A kind of thing that shops offer. From ``attributes`` come the form, the API schema, the facets and the page.

    ``facts`` names the attributes a card shows; ``told_by_panels`` those that the kind's own panels tell on its page,
    so that the page does not list them again; ``process`` replaces the ordinary draft → published → archived life;
    ``line`` is the kind of an order's line by which it is ordered (none: it cannot be ordered here).
    """

    name: str
    label: str
    plural: str
    attributes: type[Form] = NoFields
    facts: tuple[str, ...] = ()
    told_by_panels: tuple[str, ...] = ()
    icon: str = "tag"
    summary: str = ""
    process: Process | None = None
    line: str = ""


@attrs.frozen(kw_only=True)
class Permission:
    """Something a person may do. ``roles`` hold it from the start; an admin may change that."""

    name: str
    label: str
    roles: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class LiveTopic:
    """A family of live topics that pages may watch (``data-live``), and who may watch one.

    ``pattern`` is a topic with ``{places}``: ``person:{person_id}:notices``; a place holds no colon. ``may_watch`` is
    asked when a stream is opened and again every few seconds: ``async def may_watch(site, actor, places) -> bool``.
    Only with ``public`` is a published value told to watchers; otherwise they hear that something changed, never what.
    """

    pattern: str
    may_watch: Callable[[Any, Actor, Mapping[str, str]], Awaitable[bool]]
    public: bool = False


@attrs.frozen(kw_only=True)
class Routes:
    """Route handlers or controllers. Every one must name its permission (``opt={"permission": …}``) or the boot stops.

    ``csp`` adds hosts to directives of the content security policy for these routes (never ``unsafe-*``);
    ``live_topics`` are the topics that their pages watch: one that nobody declares can be watched by nobody.
    """

    handlers: Sequence[Any]
    csp: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    live_topics: tuple[LiveTopic, ...] = ()


@attrs.frozen(kw_only=True)
class Notice:
    """A message a person may get. ``subject`` and ``body`` are message ids with ``{places}``; nothing else is replaced.

    ``channels`` are those used until a person prefers otherwise; ``required`` notices (security) cannot be turned off.
    ``urgent`` ones do not wait for the end of somebody's quiet hours: they answer what the person just did, or would
    come too late. ``category`` is where the notice centre files it (``orders``, ``services``, ``system``); ``sample``
    are facts that a preview of its texts shows.
    """

    name: str
    label: str
    subject: str
    body: str
    channels: tuple[str, ...] = ("in_app", "email")
    required: bool = False
    urgent: bool = False
    category: str = attrs.field(
        default="system", validator=attrs.validators.in_(("orders", "services", "messages", "system"))
    )
    sample: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Attachment:
    """A small text file that goes with a message (an invitation): its name, its media type, what is in it. Channels
    that carry no files leave it out, so the message has to say where else it is to be had.
    """

    name: str
    media_type: str
    content: str


@attrs.frozen(kw_only=True)
class Message:
    """One notice as a channel gets it: finished text in the receiver's language. ``key`` is the same at every retry."""

    key: str
    to: str
    name: str
    subject: str
    body: str
    link: str
    locale: str
    attachment: Attachment | None = None


class Sender(Protocol):
    """How a channel delivers. Raises to be tried again later; raises :class:`Undeliverable` to give up."""

    async def deliver(self, site: Any, message: Message) -> None: ...


@runtime_checkable
class LineSender(Sender, Protocol):
    """A sender that can keep its connection for several messages: ``async with sender.line(site) as deliver``.

    ``deliver(message)`` raises as :meth:`Sender.deliver` does; a fault with one message must not spoil the next.
    """

    def line(self, site: Any) -> AbstractAsyncContextManager[Callable[[Message], Awaitable[None]]]: ...


class Undeliverable(Exception):
    """The address will never take this message; trying again cannot help."""


@attrs.frozen(kw_only=True)
class Channel:
    """A way to reach people. ``address`` names which of a person's addresses it uses: ``email``, ``phone`` or none
    (in-app).
    """

    name: str
    label: str
    address: str
    sender: Sender | None = None


@attrs.frozen(kw_only=True)
class Listener:
    """What happens after an event: ``handle`` runs in a unit of work of its own, which also marks the delivery done.

    Delivered at least once after failures, but never twice with effect: the effect and the mark commit together.
    """

    name: str
    event: type[Event]
    handle: Handled


@attrs.frozen(kw_only=True)
class Storage:
    """A plugin's tables: the Alembic branch (label = plugin name) and the prefix that its tables share ("" in the
    core).
    """

    migrations: Path
    prefix: str
    tables: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Templates:
    """Folders with templates (``<plugin>/page.html`` inside) and with gettext catalogues (``<lang>.po`` inside)."""

    folder: Path | None = None
    locale: Path | None = None


@attrs.frozen(kw_only=True)
class Command:
    """A group or command for ``marketplace``; ``load`` imports it when it is first wanted."""

    name: str
    load: Callable[[], click.Command]


@attrs.frozen(kw_only=True)
class Sample:
    """Lifelike data. Loading twice changes nothing. ``after`` names samples that must be there first."""

    name: str
    load: Callable[[Any], Awaitable[None]]
    after: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Hold:
    """What stands against erasing a person: a stable ``code``, and a ``text`` (message id) with its ``facts``."""

    code: str
    text: str
    facts: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class PersonalData:
    """What is kept about people, per table and column, and how it is given to them and forgotten.

    ``columns`` maps ``table.column`` to what it is (``identity``, ``contact``, ``content``, ``trace``, ``secret``).
    ``export`` answers plain JSON values; ``erase`` removes or pseudonymises within the unit it is given. ``holds``
    names what has to be settled before the person can be erased (an open visit, an unpaid bill): :class:`Hold`.
    """

    name: str
    columns: Mapping[str, str]
    export: Callable[[AsyncConnection, UUID], Awaitable[Any]]
    erase: Callable[[Any, UUID], Awaitable[None]]
    holds: Callable[[AsyncConnection, UUID], Awaitable[Sequence[Hold]]] | None = None


@attrs.frozen(kw_only=True)
class NavItem:
    """A link in one of the site's menus: ``main``, ``account``, ``vendor``, ``admin`` or ``footer``. Low ``order``
    first.
    """

    slot: str
    text: str
    href: str
    icon: str = ""
    order: int = attrs.field(default=100, validator=attrs.validators.instance_of(int))


@attrs.frozen(kw_only=True)
class Panel:
    """A piece of page for a named slot: a template and its whole context. It does no I/O; let htmx fetch what is
    slow.
    """

    template: str
    context: Mapping[str, Any]
    order: int = attrs.field(default=100, validator=attrs.validators.instance_of(int))


@attrs.frozen(kw_only=True)
class SettingsSection:
    """A section of the settings: ``[name]`` in TOML, ``MK_NAME__FIELD`` in the environment."""

    name: str
    form: type[Form]


@attrs.frozen(kw_only=True)
class Retry:
    """How often a job is tried, and how long to wait: ``first`` doubles each time up to ``longest``."""

    attempts: int = 8
    first: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(hours=1)

    def delay(self, attempt: int) -> timedelta:
        return min(self.first * float(2 ** min(attempt - 1, 32)), self.longest)


@attrs.frozen(kw_only=True)
class Job:
    """Background work by name. ``run`` gets a :class:`marketplace_kit.kernel.jobs.Work` and the decoded payload.

    ``every`` puts it on the schedule: one row per elapsed interval, whichever process writes it first. A job must
    finish well within ``lease``, or keep its effects inside ``work.finish()``.

    ``run_bundle`` is for work that is cheaper by the dozen (one connection for twenty mails): a worker that holds
    several jobs of this name hands them over at once. It marks those that are done by ``finish_together`` and answers
    what went wrong, by the id of the job; the others of its bundle are not tried again for that.
    """

    name: str
    payload: type[msgspec.Struct]
    run: Handled
    run_bundle: Bundled | None = None
    retry: Retry = Retry()
    every: timedelta | None = None
