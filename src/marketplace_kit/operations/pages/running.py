"""The admin area's own pages: overview, plugins, background work, audit trail, health."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.activation import Activation
from marketplace_kit.kernel.audit import verify
from marketplace_kit.kernel.errors import Invalid, filled
from marketplace_kit.kernel.fields import fields_of
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.process import State, Tone
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.operations import queries, services
from marketplace_kit.operations.domain import ADMINISTER, AUDIT
from marketplace_kit.operations.schemas import TrailEntry, TrailFilter
from marketplace_kit.operations.services.finding import wanted_entries
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import errors_of
from marketplace_kit.web.paging import CursorText
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route

LATE_SECONDS = 120
MOST_EXPORTED = 10_000
_BATCH = 100
Text = Annotated[str, QueryParameter(max_length=254)]
STATES = {
    "core": State("core", N_("part of the core"), Tone.NEUTRAL),
    "enabled": State("enabled", N_("takes part"), Tone.GOOD),
    "disabled": State("disabled", N_("switched off"), Tone.WARN),
    "quarantined": State("quarantined", N_("does not fit"), Tone.BAD),
}
FINDINGS = {
    "ok": State("ok", N_("in order"), Tone.GOOD),
    "warn": State("warn", N_("look at it"), Tone.WARN),
    "fail": State("fail", N_("must be mended"), Tone.BAD),
}
WORK = {
    "": State("", N_("not yet"), Tone.NEUTRAL),
    "ready": State("ready", N_("waiting"), Tone.INFO),
    "done": State("done", N_("done"), Tone.GOOD),
    "dead": State("dead", N_("given up"), Tone.BAD),
}
SECTIONS = (
    ("quarantined", N_("Those that do not fit")),
    ("vertical", N_("Trades")),
    ("payment", N_("Payment")),
    ("look", N_("Looks")),
    ("", N_("Others")),
    ("core", N_("The core")),
)
CONTRIBUTIONS = {
    "routes": N_("Its pages and addresses answer “not found”."),
    "listing_kinds": N_("Its kinds of listings are no longer shown or found; what was stored stays."),
    "jobs": N_("Its background work waits until it takes part again."),
    "listeners": N_("It is not told of what happens until then, and then of all of it."),
    "channels": N_("Notices no longer leave by its channels."),
    "commands": N_("Its commands stay."),
}


@get("/admin", **route(ADMINISTER), include_in_schema=False)
async def overview_page(request: WebRequest, site: Given[Site]) -> Response[str]:
    """Context: overview, late. Slot: admin_overview."""
    overview = await site.ask(queries.overview, site.clock.now(), len(site.registry.quarantined))
    late = overview.oldest_waiting_seconds > LATE_SECONDS
    return await page(request, "operations/overview.html", page_title=N_("Overview"), overview=overview, late=late)


@get("/admin/plugins", **route(ADMINISTER), include_in_schema=False)
async def plugins_page(request: WebRequest, site: Given[Site]) -> Response[str]:
    """Context: sections (title, cards), states."""
    known = {name for name, _ in SECTIONS}
    sections: dict[str, list[Any]] = {name: [] for name, _ in SECTIONS}
    for card in queries.cards(site):
        where = card.state if card.state in ("core", "quarantined") else card.category
        sections[where if where in known else ""].append(card)
    shown = [(title, sections[name]) for name, title in SECTIONS if sections[name]]
    return await page(request, "operations/plugins.html", page_title=N_("Plugins"), sections=shown, states=STATES)


@get("/admin/plugins/{name:str}", **route(ADMINISTER), include_in_schema=False)
async def plugin_page(request: WebRequest, site: Given[Site], name: FromPath[str]) -> Response[str]:
    """Context: card, state, consequences, blocked_by (those that need it and take part)."""
    card = queries.card(site, name)
    return await page(
        request,
        "operations/plugin.html",
        page_title=card.label,
        card=card,
        state=STATES[card.state],
        consequences=[text for what, text in CONTRIBUTIONS.items() if what in card.contributes],
        blocked_by=[other for other in card.needed_by if site.hooks.is_active(other)],
    )


@post("/admin/plugins/{name:str}/enable", **route(ADMINISTER), include_in_schema=False, status_code=200)
async def enable_plugin(
    request: WebRequest, site: Given[Site], actor: Given[Actor], name: FromPath[str]
) -> Response[Any]:
    await _switch(site, actor, name, on=True)
    return see_other(request, f"/admin/plugins/{name}", N_("It takes part now."))


@post("/admin/plugins/{name:str}/disable", **route(ADMINISTER), include_in_schema=False, status_code=200)
async def disable_plugin(
    request: WebRequest, site: Given[Site], actor: Given[Actor], name: FromPath[str]
) -> Response[Any]:
    await _switch(site, actor, name, on=False)
    return see_other(request, f"/admin/plugins/{name}", N_("It is switched off. What it stored stays."))


async def _switch(site: Site, actor: Actor, name: str, *, on: bool) -> None:
    await site.do(services.switch, name, on=on, by=actor)
    await site.facility(Activation).refresh(site, at_most_every=0)


@get("/admin/jobs", **route(ADMINISTER), include_in_schema=False)
async def jobs_page(
    request: WebRequest, site: Given[Site], name: Text = "", cursor: CursorText = None
) -> Response[str]:
    """Context: work, dead (a page), states, name, next_href, late."""
    work = await site.ask(queries.work, site)
    dead = await site.ask(queries.dead_jobs, name=name, cursor=cursor)
    return await page(
        request,
        "operations/jobs.html",
        page_title=N_("Background work"),
        work=work,
        dead=dead.items,
        states=WORK,
        name=name,
        cursor=cursor,
        late=work.oldest_waiting_seconds > LATE_SECONDS,
        next_href=_href("/admin/jobs", name=name, cursor=dead.next) if dead.next else "",
    )


@post("/admin/jobs/retry", **route(ADMINISTER), include_in_schema=False, status_code=200)
async def retry_jobs(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    await site.do(services.retry_all, by=actor)
    return see_other(request, "/admin/jobs", N_("What was given up is in line again."))


@post("/admin/jobs/{job_id:uuid}/retry", **route(ADMINISTER), include_in_schema=False, status_code=200)
async def retry_job(
    request: WebRequest, site: Given[Site], actor: Given[Actor], job_id: FromPath[UUID]
) -> Response[Any]:
    await site.do(services.retry_one, job_id, by=actor)
    return see_other(request, "/admin/jobs", N_("It is in line again."))


@post("/admin/jobs/run/{name:str}", **route(ADMINISTER), include_in_schema=False, status_code=200)
async def start_job(request: WebRequest, site: Given[Site], actor: Given[Actor], name: FromPath[str]) -> Response[Any]:
    await site.do(services.start_job, name, by=actor)
    return see_other(request, "/admin/jobs", N_("It is in line and will be done in a moment."))


@get("/admin/audit", **route(AUDIT), include_in_schema=False)
async def audit_page(
    request: WebRequest,
    site: Given[Site],
    act: Text = "",
    person: Text = "",
    subject: Text = "",
    since: Text = "",
    until: Text = "",
    cursor: CursorText = None,
) -> Response[str]:
    """Context: fields, values, errors (the filter); entries, filtered, next_href, csv_href."""
    given = {"act": act, "person": person, "subject": subject, "since": since, "until": until}
    try:
        found = await site.ask(queries.trail, await wanted_entries(site, given), cursor=cursor)
    except Invalid as refused:
        return await _audit_page(request, given, [], "", refused)
    next_href = _href("/admin/audit", **given, cursor=found.next) if found.next else ""
    return await _audit_page(request, given, found.items, next_href)


async def _audit_page(
    request: WebRequest,
    given: dict[str, str],
    entries: list[TrailEntry],
    next_href: str,
    refused: Invalid | None = None,
) -> Response[str]:
    return await page(
        request,
        "operations/audit.html",
        status=422 if refused else 200,
        page_title=N_("Audit trail"),
        fields=fields_of(TrailFilter),
        values=given,
        errors=errors_of(request, refused),
        entries=entries,
        filtered=any(given.values()),
        next_href=next_href,
        csv_href=_href("/admin/audit.csv", **given),
    )


@get("/admin/audit.csv", **route(AUDIT), include_in_schema=False)
async def audit_csv(
    site: Given[Site], act: Text = "", person: Text = "", subject: Text = "", since: Text = "", until: Text = ""
) -> Response[bytes]:
    """The newest entries that fit, at most so many; cells that a spreadsheet would calculate are made plain text."""
    given = {"act": act, "person": person, "subject": subject, "since": since, "until": until}
    wanted = await wanted_entries(site, given)
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS)
    cursor: str | None = None
    for _ in range(MOST_EXPORTED // _BATCH):
        found = await site.ask(queries.trail, wanted, cursor=cursor, limit=_BATCH)
        writer.writerows([_plain(cell) for cell in _cells(entry)] for entry in found.items)
        cursor = found.next
        if cursor is None:
            break
    headers = {"content-disposition": 'attachment; filename="audit.csv"'}
    return Response(out.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


_COLUMNS = ("position", "at", "act", "subject", "person", "in_whose_place", "facts", "request", "hash")


def _cells(entry: TrailEntry) -> tuple[str, ...]:
    person = entry.actor_name or str(entry.actor_id or "")
    really = entry.real_actor_name or str(entry.real_actor_id or "")
    facts = msgspec.json.encode(entry.facts).decode() if entry.facts else ""
    who, place = (really, person) if really else (person, "")
    at = entry.at.isoformat()
    return str(entry.position), at, entry.act, entry.subject, who, place, facts, entry.request_id, entry.hash


def _plain(cell: str) -> str:
    """No formula (ASVS 1.2.10): what begins like one gets an apostrophe in front."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


@get("/admin/health", **route(ADMINISTER), include_in_schema=False)
async def health_page(request: WebRequest, site: Given[Site]) -> Response[str]:
    """Context: findings (state, what, finding, cure), verdict."""
    visit = visit_of(request)

    def say(text: str, facts: Any) -> str:
        return visit.site.texts.render(visit.locale, text, facts)

    findings = [finding.told(say) for finding in await services.examine(site)]
    worst = next((state for state in ("fail", "warn") if any(f.state == state for f in findings)), "ok")
    return await page(
        request, "operations/health.html", page_title=N_("Health"), findings=findings, states=FINDINGS, worst=worst
    )


@post("/admin/audit/verify", **route(AUDIT), include_in_schema=False, status_code=200)
async def verify_trail(request: WebRequest, site: Given[Site]) -> Response[Any]:
    verdict = await site.ask(verify)
    if verdict.broken is None:
        return see_other(request, "/admin/audit", N_("The trail is whole: nothing was altered or removed."))
    visit = visit_of(request)
    text = visit.site.texts.gettext(visit.locale, N_("The trail is broken at entry {position}."))
    return see_other(request, "/admin/audit", filled(text, {"position": verdict.broken.position}), tone="bad")


def _href(path: str, **given: str | None) -> str:
    kept = {name: value for name, value in given.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


handlers = (
    overview_page,
    plugins_page,
    plugin_page,
    enable_plugin,
    disable_plugin,
    jobs_page,
    retry_jobs,
    retry_job,
    start_job,
    audit_page,
    audit_csv,
    verify_trail,
    health_page,
)
