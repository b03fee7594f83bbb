"""Every route of the core and of the installed plugins, on a site full of life, is sent what no honest client sends.

A refusal is clear, or what was sent does not matter: it is never a fault of ours, and a program is always told a code.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import attrs
import httpx
import msgspec
import pytest
import sqlalchemy as sa
from litestar import get, post
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.accounts.queries import person_id_by_email
from marketplace_kit.accounts.services import open_session
from marketplace_kit.accounts.services.bearer import tokens_for
from marketplace_kit.app import create_app
from marketplace_kit.cli.samples import load_samples
from marketplace_kit.kernel.clock import SetClock
from marketplace_kit.kernel.database import metadata
from marketplace_kit.kernel.hooks import Plugin, PluginInfo, Routes, hookimpl
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.testing.clients import open_client
from marketplace_kit.testing.matrix import SAFE, STREAMS, Asked, routes
from marketplace_kit.testing.sites import Sites
from marketplace_kit.web.context import WebRequest
from marketplace_kit.web.openapi import Description
from marketplace_kit.web.routing import PUBLIC, route

pytestmark = [pytest.mark.one_engine, pytest.mark.slow]

WHO = ("admin", "vendor", "customer", "stranger")
MARK = "<script>alert(1)</script>"
SCRIPT = f'">{MARK}<img src=x onerror=alert(1)>{{{{ 7*7 }}}}%_\\'
STORED = f"Қ{MARK}{{{{7*7}}}}"
# fmt: off
TEXTS = frozenset({
    "name", "title", "about", "description", "text", "note", "message", "body", "directions", "address",
    "contact_name", "author_name", "listing_title", "pet_name", "staff_name", "alt", "label", "street", "done",
    "advice", "colour", "diet", "food", "medicine", "belongings", "may_collect", "home_vet", "breed_other",
    "substance", "reaction", "details", "comment", "product", "clinic", "vet", "policy_text", "moderation_note",
    "state_reason", "gate_note", "collector", "manufacturer", "insurance", "emergency_name",
})
# fmt: on
"""What people wrote, wherever it is kept."""
_LEFT_OUT = frozenset({"outbox_event", "job", "sign_in", "order_event", "pets_dose", "client_note"})
"""Names that are keys, addresses that are of networks; and what the database lets nobody change."""
WORDINGS = frozenset({"names", "abouts", "policies"})
"""The same in each language, as JSON."""
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**63,
    10**400,
    0.5,
    "",
    "\x00",
    SCRIPT,
    "x" * 70_000,
    "＋７７０１",
    "9999-99-99",
    [],
    [None],
    {},
    {"a": {"b": []}},
)
BODIES = (b"", b"null", b"[]", b"7", b'"x"', b"{", b'{"a":', b"\xff\xfe", b"[" * 5_000, b'{"a":NaN}', b'{"a":1e999999}')
ASKED = ("", "-1", "0", "1000000000", "9" * 40, "nan", "1e999", "\x00", SCRIPT, "x" * 2_000, "2026-02-30", "é%ff")
FORMS = tuple(v if isinstance(v, str) else str(v) for v in VALUES[1:12])
_NOT_OURS = {"/api/auth/logout", "/sign-out"}
"""They end the sign-in of whoever asks, and have nothing to say to bad input."""


@attrs.frozen
class Fault:
    """What should not have been answered."""

    method: str
    path: str
    who: str
    sent: str
    status: int
    what: str


class Sweep:
    """Asks one application as four people, and keeps what it did wrong."""

    def __init__(self, site: Site, app: Any, stack: AsyncExitStack) -> None:
        self.site, self.app, self._stack = site, app, stack
        self.clients: dict[str, httpx.AsyncClient] = {}
        self.faults: list[Fault] = []
        self.asked = self.escaped = self._turn = 0

    def some(self, values: Sequence[Any]) -> list[Any]:
        """Every other one, from route to route the others: all of them would take minutes. Markup always."""
        self._turn += 1
        return [v for n, v in enumerate(values) if n % 2 == self._turn % 2 or v == SCRIPT]

    async def client(self, who: str) -> httpx.AsyncClient:
        if who not in self.clients:
            headers = {"Accept-Language": "en"}
            if who != "stranger":
                person = await self.site.ask(person_id_by_email, f"{who}@demo.kz")
                assert person is not None
                session = await self.site.do(open_session, person)
                headers["Authorization"] = f"Bearer {tokens_for(self.site, session).access_token}"
            opened = open_client(self.app, self.site, **headers)
            self.clients[who] = await self._stack.enter_async_context(opened)
        return self.clients[who]

    async def ask(self, asked: Asked, who: str, path: str, sent: str, **given: Any) -> None:
        client = await self.client(who)
        try:
            answer = await client.request(asked.method, path, **given)
        except Exception as broken:
            self.faults.append(Fault(asked.method, asked.path, who, sent[:80], 0, repr(broken)[:200]))
            return
        self.asked += 1
        self.escaped += "&lt;script&gt;alert(1)" in answer.text
        if answer.status_code == 401 and who != "stranger":
            del self.clients[who]  # something it asked for ended this sign-in: the next one has its own
        if what := wrong_with(asked, answer):
            self.faults.append(Fault(asked.method, asked.path, who, sent[:80], answer.status_code, what))


def wrong_with(asked: Asked, answer: httpx.Response) -> str:
    """What is no answer to bad input; empty if it is one."""
    if answer.status_code >= 500:
        return "a fault of ours"
    if MARK in answer.text and "text/html" in answer.headers.get("content-type", ""):
        return "a text became markup"
    if answer.status_code < 400 or not asked.path.startswith("/api/"):
        return ""
    told = answer.headers.get("content-type", "")
    if not told.startswith("application/problem+json"):
        return f"a program is told {told}"
    problem = answer.json()
    return "" if problem.get("code") and problem.get("status") == answer.status_code else f"no code: {problem}"


def alone_in(table: sa.Table) -> set[str]:
    """Columns that must tell rows apart: they cannot all hold the same."""
    unique = [c for c in table.constraints if isinstance(c, sa.UniqueConstraint)]
    return {c.name for one in (*unique, *(i for i in table.indexes if i.unique)) for c in one.columns}


async def poison(uow: UnitOfWork) -> None:
    """Everything that people wrote becomes markup."""
    for table in metadata.tables.values():
        plain = {c: STORED for c in TEXTS - alone_in(table) if c in table.c and isinstance(table.c[c].type, sa.String)}
        worded = {c.name: dict.fromkeys(("kk", "ru", "en"), STORED) for c in table.c if c.name in WORDINGS}
        if (plain or worded) and table.name not in _LEFT_OUT:
            await uow.session.execute(sa.update(table).values(plain | worded))


async def known_ids(connection: AsyncConnection) -> dict[str, str]:
    """For ``shop_id`` the id of a shop, and so on for each table that there is something in."""
    found: dict[str, str] = {}
    for table in metadata.tables.values():
        if "id" in table.c:
            first = (await connection.execute(sa.select(table.c.id).limit(1))).scalar()
            if first is not None:
                found.setdefault(f"{table.name.split('_')[-1]}_id", str(first))
                found[f"{table.name}_id"] = str(first)
    found["user_id"] = found["owner_id"] = found["person_id"]
    return found


def filled(asked: Asked, ids: dict[str, str]) -> str:
    """The path with things that are there, as far as they are known; else as nobody has it."""
    wanted = re.split(r"[/]", asked.path.strip("/"))
    given = re.split(r"[/]", asked.filled.strip("/"))
    if len(wanted) != len(given):
        return asked.filled
    parts = [ids.get(w[1:-1].split(":")[0], g) if w.startswith("{") else g for w, g in zip(wanted, given, strict=True)]
    return "/" + "/".join(parts)


def described(site: Site) -> dict[tuple[str, str], dict[str, Any]]:
    """What the description says of each operation, by its method and its path with nameless places."""
    document = _document(site)
    found = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            found[method.upper(), _nameless(path)] = operation
    return found


def _document(site: Site) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.json.decode(site.facility(Description).json)
    return document


def _nameless(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def names_in(schema: Any, document: dict[str, Any], deep: int = 0) -> Iterator[str]:
    """The names of the fields that a body may have."""
    if not isinstance(schema, dict) or deep > 4:
        return
    if "$ref" in schema:
        yield from names_in(document["components"]["schemas"][schema["$ref"].split("/")[-1]], document, deep + 1)
    yield from schema.get("properties", {})
    for part in ("oneOf", "anyOf", "allOf"):
        for one in schema.get(part, ()):
            yield from names_in(one, document, deep + 1)


async def swept(sweep: Sweep) -> None:
    ids = await sweep.site.ask(known_ids)
    document, operations = _document(sweep.site), described(sweep.site)
    for number, asked in enumerate(sorted(routes(sweep.app), key=lambda a: (a.path, a.method))):
        if asked.path in STREAMS or asked.path in _NOT_OURS:
            continue
        operation = operations.get((asked.method, _nameless(asked.path)), {})
        path, who = filled(asked, ids), WHO[number % 2]
        for asks in (who, "stranger") if asked.permission == PUBLIC else (who,):
            if asked.method in SAFE:
                await _questions(sweep, asked, asks, path, operation)
            elif asked.path.startswith("/api/"):
                schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
                await _programs(sweep, asked, asks, path, sorted(set(names_in(schema, document))))
            else:
                await _forms(sweep, asked, asks, path)


async def _questions(sweep: Sweep, asked: Asked, who: str, path: str, operation: dict[str, Any]) -> None:
    names = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"]
    for name in names:  # by itself, for the first that does not fit hides the others
        for value in ("\x00", "9" * 40, SCRIPT):
            await sweep.ask(asked, who, path, f"{name}={value!r}", params={name: value})
    names = names or ["q", "page", "cursor", "after", "sort", "day", "state", "kind", "next", "locale"]
    for value in sweep.some(ASKED):
        await sweep.ask(asked, who, path, f"all {value!r}", params=dict.fromkeys(names, value))
    await sweep.ask(asked, who, path, "an unknown question", params={"no_such_thing": SCRIPT})


async def _programs(sweep: Sweep, asked: Asked, who: str, path: str, names: list[str]) -> None:
    as_json = {"Content-Type": "application/json"}
    for body in sweep.some(BODIES):
        await sweep.ask(asked, who, path, repr(body), content=body, headers=as_json)
    await sweep.ask(asked, who, path, "text", content=b"a=1", headers={"Content-Type": "text/plain"})
    for value in sweep.some(VALUES):
        body = json.dumps(dict.fromkeys(names or ["a"], value)).encode()
        await sweep.ask(asked, who, path, f"all {value!r}", content=body, headers=as_json)


async def _forms(sweep: Sweep, asked: Asked, who: str, path: str) -> None:
    names = (
        "name",
        "title",
        "text",
        "day",
        "time",
        "price",
        "version",
        "id",
        "ids",
        "email",
        "phone",
        "act",
        "choice.x",
    )
    for value in sweep.some(FORMS):
        await sweep.ask(asked, who, path, f"all {value!r}", data=dict.fromkeys(names, value))
    await sweep.ask(asked, who, path, "json", content=b"{}", headers={"Content-Type": "application/json"})
    many = {"Content-Type": "multipart/form-data; boundary=x"}
    await sweep.ask(asked, who, path, "torn parts", content=b"--x\r\nContent-Disp", headers=many)


@pytest.fixture
async def lively(sites: Sites, clock: SetClock) -> AsyncIterator[Site]:
    """A site with all that is installed, and its samples."""
    async with sites.open(clock=clock) as site:
        await load_samples(site, lambda _: None)
        yield site


async def test_nothing_that_is_sent_to_any_route_is_a_fault_of_ours_and_no_stored_text_becomes_markup(
    lively: Site,
) -> None:
    await lively.do(poison)
    async with AsyncExitStack() as stack:
        sweep = Sweep(lively, create_app(lively), stack)
        await swept(sweep)
    assert sweep.faults == [], "\n".join(str(f) for f in sweep.faults[:80])
    assert sweep.asked > 5_000
    assert sweep.escaped > 300, "hardly a page showed what had been stored: nothing was tried"


async def test_control_a_careless_route_is_found(sites: Sites, clock: SetClock) -> None:
    @get("/careless", **route(PUBLIC))
    async def careless(request: WebRequest) -> Response[str]:
        return Response(f"<p>{request.query_params.get('q', '')}</p>", media_type="text/html")

    @post("/api/careless", **route(PUBLIC))
    async def counting(request: WebRequest) -> int:
        return int((await request.json())["a"])

    class Careless(Plugin):
        info = PluginInfo(name="careless", version="1", label="Careless", summary="")

        @hookimpl
        def mk_routes(self) -> Any:
            return (Routes(handlers=(careless, counting)),)

    async with sites.open([Careless()], clock=clock, environ={"MK_PLUGINS": ""}) as site, AsyncExitStack() as stack:
        sweep = Sweep(site, create_app(site), stack)
        for asked in routes(sweep.app):
            if asked.path == "/careless":
                await _questions(sweep, asked, "stranger", asked.path, {})
            elif asked.path == "/api/careless":
                await _programs(sweep, asked, "stranger", asked.path, [])
    assert {(f.path, f.what) for f in sweep.faults} == {
        ("/careless", "a text became markup"),
        ("/api/careless", "a fault of ours"),
    }
