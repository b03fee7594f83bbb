"""Lines of orders: what a customer can be promised, and the object by which a room or plugin keeps such promises.

An order knows nothing of appointments, goods or waiting lists. It keeps, for each line, words, a price and a state, and
asks the line's kind for the rest - in its own transaction, so that what was promised and what was written agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import attrs

from marketplace_kit.kernel.fields import Form, NoFields
from marketplace_kit.kernel.hooks.descriptions import Actor
from marketplace_kit.kernel.money import Money
from marketplace_kit.kernel.process import Process, Stage

PRODUCTS, SERVICES = "products", "services"


@attrs.frozen(kw_only=True)
class Customer:
    """Whom an order is for: a person with an account, or a guest with a name and a way to be reached."""

    person_id: UUID | None = None
    name: str = ""
    phone: str = ""
    email: str = ""
    locale: str = "en"


@attrs.frozen(kw_only=True)
class Wish:
    """One line as somebody asks for it. ``line_id`` stays the same from the first hold to the last word about it.

    ``choice`` is the kind's own form, filled in (a start, a pet); ``options`` are what was chosen of the listing's
    groups (a variant, add-ons), by the group's id. ``by_staff``: the shop itself writes this for the customer;
    ``overbook`` is then why it wants this although it is taken (a kind that knows no such thing refuses as ever).
    """

    line_id: UUID
    order_id: UUID
    shop_id: UUID
    kind: str
    listing_id: UUID
    quantity: int = 1
    choice: Form
    options: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    customer: Customer
    by: Actor
    by_staff: bool = False
    overbook: str = ""


@attrs.frozen(kw_only=True)
class Part:
    """One reason for a price, in the words that the customer reads."""

    text: str
    amount: Money


@attrs.frozen(kw_only=True)
class Due:
    """What the system does by itself to a line, unless something else happens to it before."""

    verb: str
    at: datetime


@attrs.frozen(kw_only=True)
class Promise:
    """What a kind promises for one line. The order keeps it as it was at this moment: later changes of the catalogue
    do not touch it.

    ``state`` is where the line begins (the first state of the process when empty). ``facts`` are plain JSON values that
    the kind's template draws; nothing in them is secret from the customer. ``policy`` is the text of the rules that
    were shown. ``due_now`` is what has to be paid before it is confirmed. ``title`` is in the customer's language;
    ``titles`` say the same to readers of others, by language.
    """

    title: str
    unit_price: Money
    parts: tuple[Part, ...] = ()
    state: str = ""
    facts: Mapping[str, Any] = attrs.field(factory=dict)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    policy: str = ""
    due_now: Money | None = None
    due: Due | None = None
    titles: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Moving:
    """A line about to go from one state to the next: the process has allowed it, nothing is stored yet.

    ``asked`` is the transition's own form (a reason, a new time); ``roles`` are those by which ``by`` does it.
    """

    line_id: UUID
    order_id: UUID
    shop_id: UUID
    listing_id: UUID
    kind: str
    verb: str
    before: str
    after: str
    asked: Form
    facts: Mapping[str, Any]
    customer: Customer
    by: Actor
    roles: frozenset[str]


@attrs.frozen(kw_only=True)
class Moved:
    """What a move changed besides the state. ``facts`` replace those of the same name; ``note`` is what the timeline
    tells beside who and when; ``due`` replaces whatever was due before. Times that are ``None`` stay as they were.
    """

    facts: Mapping[str, Any] = attrs.field(factory=dict)
    note: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    unit_price: Money | None = None
    due: Due | None = None


class Capacity(Protocol):
    """How a kind keeps its promises. All lines of one kind in one order come together: all of them or none.

    ``site`` is a :class:`marketplace_kit.kernel.site.Site` and ``uow`` its
    :class:`~marketplace_kit.kernel.site.UnitOfWork`. Whatever cannot be promised is refused by a ``DomainError``.
    """

    async def quote(self, site: Any, wishes: Sequence[Wish]) -> Sequence[Promise]:
        """What would be promised now. Stores nothing."""
        ...

    async def hold(self, uow: Any, wishes: Sequence[Wish], until: datetime) -> Sequence[Promise]:
        """Keep it for somebody who is about to order, no longer than ``until``. Asking again replaces the hold."""
        ...

    async def drop(self, uow: Any, line_ids: Sequence[UUID]) -> None:
        """Let go of holds that nobody ordered."""
        ...

    async def reserve(self, uow: Any, wishes: Sequence[Wish]) -> Sequence[Promise]:
        """Promise it: from the hold of the same line if that still lives, else anew."""
        ...

    async def move(self, uow: Any, moving: Moving) -> Moved:
        """Do this kind's share of a move: free a time, write a summary. A refusal leaves everything as it was."""
        ...


@attrs.frozen(kw_only=True)
class Glance:
    """A line as somebody looks at it at one moment, by the roles in which they do. ``by_link``: they hold the link of
    an order and have not signed in as its customer.
    """

    line_id: UUID
    state: str
    stage: Stage
    facts: Mapping[str, Any]
    roles: frozenset[str]
    now: datetime
    by_link: bool = False


@attrs.frozen(kw_only=True)
class LineLink:
    """Where somebody goes on with a line. ``text`` is a message id; the address may hold a secret: nobody stores it."""

    text: str
    href: str
    icon: str = ""


def at_any_time(glance: Glance, verb: str) -> str | None:
    """Whatever the process allows may be done now."""
    return None


def nowhere(site: Any, glance: Glance) -> Sequence[LineLink]:
    """No way leads on from here."""
    return ()


class Counter(Protocol):
    """What a kind asks at the counter beside time, name and phone: which pet, which car.

    ``form`` has no field that must be filled in: somebody may be written down of whom nothing is known.
    """

    @property
    def form(self) -> type[Form]: ...

    async def known(
        self, connection: Any, site: Any, shop_id: UUID, locale: str
    ) -> Mapping[str, Sequence[tuple[str, str]]] | None:
        """By field, the (value, label) pairs that only the database knows: pets that come to this shop. ``None``: in
        this shop nothing is asked.
        """
        ...

    async def choose(self, uow: Any, shop_id: UUID, told: Any, *, by: Actor) -> Mapping[str, Any]:
        """What was told as fields of the kind's ``choice``. Refuses as any use case does, and stores nothing."""
        ...

    async def booked(self, uow: Any, shop_id: UUID, line_id: UUID, told: Any, *, phone: str, by: Actor) -> None:
        """Afterwards, in the same transaction: what is to be stored of it (a record of the pet)."""
        ...


@attrs.frozen(kw_only=True)
class LineKind:
    """A kind of line in orders. ``tab`` is where the orders screen shows it: ``products`` or ``services``.

    Every state of ``process`` names its :class:`~marketplace_kit.kernel.process.Stage`, from which the order's own
    status is derived. ``choice`` asks the customer what the kind has to know; ``one_line_per`` names the field of it of
    which every value makes a line of its own (each pet its bath). ``template`` draws the facts of a line.
    ``older`` are versions of the process that orders may still be in. ``tells``: the kind has notices of its own for
    whatever happens to its lines, and the order keeps quiet about them.

    ``not_now`` is asked of each verb that the process allows, by every page and endpoint that offers verbs: ``None``
    where it may be done at this moment, else what the reader is told instead of a button (a message id; beside it the
    page shows the shop's phone), or an empty text where nothing is said. It is pure, asks nobody, and only spares
    people a refusal: the capacity refuses by itself. ``links`` are a customer's ways on from the line, for their page
    of the order (an invitation for their calendar); it is handed the site, for links that are signed.
    """

    name: str
    label: str
    tab: str = attrs.field(default=SERVICES, validator=attrs.validators.in_((PRODUCTS, SERVICES)))
    process: Process
    capacity: Capacity
    choice: type[Form] = NoFields
    one_line_per: str = ""
    ask_first: str = ""
    counter: Counter | None = None
    template: str = ""
    icon: str = "receipt"
    older: tuple[Process, ...] = ()
    tells: bool = False
    not_now: Callable[[Glance, str], str | None] = at_any_time
    links: Callable[[Any, Glance], Sequence[LineLink]] = nowhere

    def process_of(self, version: int) -> Process:
        """The process that a line began under."""
        return next((p for p in (self.process, *self.older) if p.version == version), self.process)
