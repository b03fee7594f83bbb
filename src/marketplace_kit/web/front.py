"""The front door: the one middleware every request passes. It resolves the page, finds out who asks, chooses the
language,
keeps the answer of idempotent acts, and puts the security headers on whatever leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from typing import Any, cast
from urllib.parse import unquote

import attrs
import structlog
from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.response import Response
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlalchemy.exc import SQLAlchemyError

from marketplace_kit.kernel.activation import Activation
from marketplace_kit.kernel.errors import DomainError, Missing, SignInNeeded, Unavailable
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.ids import new_id, secret_token
from marketplace_kit.kernel.meters import Stopwatch, meters_of
from marketplace_kit.kernel.settings import SiteSettings
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import LOCALES, choose_locale
from marketplace_kit.web import errors, once
from marketplace_kit.web.context import Visit, locale
from marketplace_kit.web.headers import secure
from marketplace_kit.web.identity import NOBODY, Identifier, is_secure, session_cookie_name
from marketplace_kit.web.rendering import FLASH, read_flash
from marketplace_kit.web.resolver import PageSource, prefixed, resolve

log = structlog.get_logger(__name__)
VISITOR, LANGUAGE = "mk_visitor", "mk_locale"
_YEAR = 365 * 24 * 3600
SIGNING_IN = "/api/auth/"
"""Where a program gets a new token while it still sends the old one."""
AsResponse = Callable[[Response[Any], Scope], ASGIApp]


class FrontDoor:
    """Wraps the application's router."""

    def __init__(self, site: Site, router: ASGIApp, as_asgi: AsResponse, pages: PageSource | None) -> None:
        self._site, self._router, self._as_asgi, self._pages = site, router, as_asgi, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._router(scope, receive, send)
            return
        if scope.get("method") == "HEAD":
            scope, send = cast("Scope", {**scope, "method": "GET"}), _without_body(send)
        if scope["path"].startswith(("/static/", "/media/", "/-/app/", "/-/manifest", "/sw.js", "/health/live")):
            await self._plain(scope, receive, send)
            return
        resolved = await resolve(self._site, self._pages, scope["path"])
        visit = Visit(
            self._site, new_id().hex, resolved.public_path, "en", NOBODY, is_api=resolved.path.startswith("/api/")
        )
        visit.prefix = resolved.locale
        scope["state"]["visit"] = visit
        sending = self._finishing(visit, scope, send)
        with structlog.contextvars.bound_contextvars(request_id=visit.request_id):
            fault = await self._prepared(visit, Headers.from_scope(scope), resolved.locale)
            token = locale.set(visit.locale)
            try:
                if scope["type"] == ScopeType.WEBSOCKET and (fault is not None or resolved.missing):
                    await send({"type": "websocket.close", "code": 1013, "reason": ""})
                elif fault is not None:
                    await self._respond(errors.answer_to(visit, fault), scope, receive, sending)
                else:
                    await self._answer(scope, receive, sending, resolved.path, resolved.redirect, resolved.missing)
            finally:
                locale.reset(token)

    async def _prepared(self, visit: Visit, headers: Headers, chosen: str) -> Exception | None:
        """Find out who asks and which plugins take part; what went wrong, if anything did.

        While the database is away, what was known of the plugins a moment ago will do: the probes still answer.
        """
        with suppress(SQLAlchemyError, OSError, DomainError):
            await self._site.facility(Activation).refresh(self._site)
        try:
            await self._recognise(visit, headers, chosen)
        except (SQLAlchemyError, OSError) as away:
            log.warning("request.unrecognised", reason=repr(away)[:300])
            return Unavailable()
        except DomainError as refused:
            return refused
        return None

    async def _plain(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Static files and the liveness probe: nobody is asked for, nothing is looked up."""
        visit = Visit(self._site, new_id().hex, scope["path"], "en", NOBODY)
        scope["state"]["visit"] = visit
        await self._router(scope, receive, self._finishing(visit, scope, send))

    async def _answer(self, scope: Any, receive: Receive, send: Send, path: str, redirect: str, missing: bool) -> None:
        visit: Visit = scope["state"]["visit"]
        if redirect and scope.get("method", "GET") in {"GET", "HEAD"}:
            query = scope["query_string"].decode("latin-1")
            await self._respond(
                Response(b"", status_code=308, headers={"Location": redirect + (f"?{query}" if query else "")}),
                scope,
                receive,
                send,
            )
            return
        if missing:
            await self._respond(errors.refusal(visit, Missing()), scope, receive, send)
            return
        if path != scope["path"]:
            scope["path"], scope["raw_path"] = path, path.encode()
        await self._router(scope, receive, send)

    async def _respond(self, response: Response[Any], scope: Scope, receive: Receive, send: Send) -> None:
        await self._as_asgi(response, scope)(scope, receive, send)

    async def _recognise(self, visit: Visit, headers: Headers, chosen: str) -> None:
        cookies = _cookies(headers.get("cookie", ""))
        bearer = _bearer(headers.get("authorization", ""))
        cookie = None if bearer else cookies.get(session_cookie_name(self._site))
        identifier = self._site.facilities.get(Identifier)
        if identifier is not None and (cookie or bearer):
            found = await identifier.identify(self._site, cookie, bearer)
            if found is not None:
                visit.actor, visit.by_cookie = found, bool(cookie)
        visit.visitor = cookies.get(VISITOR, "")[:64]
        if not visit.visitor:
            visit.visitor, visit.new_visitor = secret_token(), True
        if FLASH in cookies and not visit.is_api:
            visit.had_flash = True
            visit.flashed = read_flash(self._site, unquote(cookies[FLASH]))
        visit.locale = self._language(visit, chosen, cookies.get(LANGUAGE, ""), headers.get("accept-language", ""))
        if bearer and not visit.actor.signed_in and visit.is_api and not visit.public_path.startswith(SIGNING_IN):
            # A token that is sent and not valid is refused (RFC 6750 §3.1): its bearer did not mean to be a stranger.
            raise SignInNeeded
        # What is said on this page, and kept as the rules of an order are, is said in the language that is read.
        known = visit.actor if visit.actor.signed_in else Actor()
        visit.actor = attrs.evolve(known, locale=visit.locale)

    def _language(self, visit: Visit, chosen: str, cookie: str, accept: str) -> str:
        """The path's language, else the one chosen before, else the browser's, else the site's."""
        if chosen:
            visit.language_chosen = chosen != cookie
            return chosen
        if cookie in LOCALES:
            return cookie
        if visit.actor.signed_in:
            return visit.actor.locale
        return choose_locale(accept, self._site.settings.of(SiteSettings).locale)

    def _finishing(self, visit: Visit, scope: Scope, send: Send) -> Send:
        """Complete what leaves: headers, cookies; and keep the answer of an act that carried an idempotency key."""
        started: dict[str, Any] = {}
        body = bytearray()
        watch = Stopwatch()

        async def finishing(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = str(scope.get("path_template", ""))
                meters_of(self._site).answered(route, str(scope.get("method", "")), message["status"], watch.seconds)
                headers = MutableScopeHeaders.from_message(message)
                _keep_language(visit, headers)
                if visit.once:
                    started.update(status=message["status"], headers=_kept(headers))
                secure(visit, scope, headers)
                for cookie in self._cookies_of(visit, headers):
                    headers.add("set-cookie", cookie)
            elif message["type"] == "http.response.body" and started and started["status"] < 500:
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    await once.keep_answer(self._site, visit.once, started["status"], started["headers"], bytes(body))
            await send(message)

        return finishing

    def _cookies_of(self, visit: Visit, headers: MutableScopeHeaders) -> list[str]:
        secured = "; Secure" if is_secure(self._site) else ""
        cookies = list(visit.cookies)
        if visit.new_visitor and headers.get("content-type", "").startswith("text/html"):
            cookies.append(f"{VISITOR}={visit.visitor}; Path=/; HttpOnly; SameSite=Lax; Max-Age={_YEAR}{secured}")
        if visit.language_chosen:
            cookies.append(f"{LANGUAGE}={visit.locale}; Path=/; SameSite=Lax; Max-Age={_YEAR}{secured}")
        if (
            visit.had_flash
            and not any(c.startswith(f"{FLASH}=") for c in visit.cookies)
            and headers.get("content-type", "").startswith("text/html")
        ):
            cookies.append(f"{FLASH}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secured}")
        return cookies


def _keep_language(visit: Visit, headers: MutableScopeHeaders) -> None:
    """Who asked under ``/kk`` is led on under ``/kk``, wherever that was decided."""
    for name in ("location", "hx-redirect"):
        if visit.prefix and (target := headers.get(name)) is not None:
            headers[name] = prefixed(visit.prefix, target)


def _without_body(send: Send) -> Send:
    """HEAD is answered like GET, headers alone (RFC 9110 §9.3.2): probes and link checkers ask this way."""

    async def headers_alone(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return headers_alone


def _kept(headers: MutableScopeHeaders) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name in ("content-type", "location", "hx-redirect", "etag")
        if (value := headers.get(name)) is not None
    ]


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header[:8192]).items()}
    except CookieError:
        return {}


def _bearer(header: str) -> str | None:
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
