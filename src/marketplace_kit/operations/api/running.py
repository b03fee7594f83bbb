"""REST: the site in numbers, its plugins, background work, audit trail, health and metrics."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from marketplace_kit.kernel.activation import Activation
from marketplace_kit.kernel.audit import verify
from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.meters import CONTENT_TYPE
from marketplace_kit.kernel.site import Site
from marketplace_kit.operations import queries, schemas, services
from marketplace_kit.operations.domain import ADMINISTER, AUDIT
from marketplace_kit.operations.services.finding import wanted_entries
from marketplace_kit.operations.services.measuring import measured
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.health import may_watch
from marketplace_kit.web.paging import CursorText, Limit, Page
from marketplace_kit.web.parameters import refuse_unknown
from marketplace_kit.web.routing import PUBLIC, route

JobName = Annotated[str, QueryParameter(max_length=100, description="Only work of this name.")]
Text = Annotated[str, QueryParameter(max_length=254)]
Day = Annotated[str, QueryParameter(max_length=10, description="A date, YYYY-MM-DD, in the site's time zone.")]


@get("/api/admin/overview", **route(ADMINISTER, summary="The site in numbers"))
async def overview(site: Given[Site]) -> schemas.Overview:
    return await site.ask(queries.overview, site.clock.now(), len(site.registry.quarantined))


@get("/api/admin/plugins", **route(ADMINISTER, summary="Every plugin, and whether it takes part"))
async def plugins(site: Given[Site]) -> list[schemas.PluginCard]:
    return queries.cards(site)


@get("/api/admin/plugins/{name:str}", **route(ADMINISTER, summary="One plugin"))
async def plugin(site: Given[Site], name: FromPath[str]) -> schemas.PluginCard:
    return queries.card(site, name)


@post("/api/admin/plugins/{name:str}/enable", **route(ADMINISTER, summary="Let a plugin take part"), status_code=200)
async def enable_plugin(site: Given[Site], actor: Given[Actor], name: FromPath[str]) -> schemas.PluginCard:
    return await _switched(site, actor, name, on=True)


@post("/api/admin/plugins/{name:str}/disable", **route(ADMINISTER, summary="Switch a plugin off"), status_code=200)
async def disable_plugin(site: Given[Site], actor: Given[Actor], name: FromPath[str]) -> schemas.PluginCard:
    """Its routes answer 404, its jobs wait, its data stays. Refuses `core_plugin` and `plugin_needed`."""
    return await _switched(site, actor, name, on=False)


async def _switched(site: Site, actor: Actor, name: str, *, on: bool) -> schemas.PluginCard:
    await site.do(services.switch, name, on=on, by=actor)
    await site.facility(Activation).refresh(site, at_most_every=0)
    return queries.card(site, name)


@get("/api/admin/jobs", **route(ADMINISTER, summary="Background work at a glance"))
async def work(site: Given[Site]) -> schemas.WorkView:
    return await site.ask(queries.work, site)


@get("/api/admin/jobs/dead", **route(ADMINISTER, summary="Work that was given up, newest first"))
async def dead_jobs(
    request: WebRequest, site: Given[Site], name: JobName = "", cursor: CursorText = None, limit: Limit = 20
) -> Page[schemas.DeadJob]:
    refuse_unknown(request)
    return await site.ask(queries.dead_jobs, name=name, cursor=cursor, limit=limit)


@post(
    "/api/admin/jobs/retry",
    **route(ADMINISTER, body=schemas.JobRetry, summary="Give dead work another life"),
    status_code=200,
)
async def retry_jobs(site: Given[Site], actor: Given[Actor], form: Given[schemas.JobRetry]) -> schemas.Retried:
    return schemas.Retried(await site.do(services.retry_all, form.name, by=actor))


@post("/api/admin/jobs/{job_id:uuid}/retry", **route(ADMINISTER, summary="Retry one dead job"), status_code=200)
async def retry_job(site: Given[Site], actor: Given[Actor], job_id: FromPath[UUID]) -> schemas.Retried:
    await site.do(services.retry_one, job_id, by=actor)
    return schemas.Retried(1)


@post("/api/admin/jobs/run/{name:str}", **route(ADMINISTER, summary="Start a scheduled job now"), status_code=202)
async def start_job(site: Given[Site], actor: Given[Actor], name: FromPath[str]) -> schemas.Started:
    await site.do(services.start_job, name, by=actor)
    return schemas.Started(name)


@get("/api/admin/audit", **route(AUDIT, summary="The audit trail, newest first"))
async def trail(
    request: WebRequest,
    site: Given[Site],
    act: Text = "",
    person: Text = "",
    subject: Text = "",
    since: Day = "",
    until: Day = "",
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Page[schemas.TrailEntry]:
    """`act` and `subject` may be a beginning: `shops.`, `shop:`. `until` includes its day."""
    refuse_unknown(request)
    given = {"act": act, "person": person, "subject": subject, "since": since, "until": until}
    return await site.ask(queries.trail, await wanted_entries(site, given), cursor=cursor, limit=limit)


@get("/api/admin/audit/verify", **route(AUDIT, summary="Whether the audit trail is whole"))
async def verify_trail(site: Given[Site]) -> schemas.ChainView:
    verdict = await site.ask(verify)
    broken = verdict.broken
    return schemas.ChainView(
        entries=verdict.entries,
        head=verdict.head,
        whole=broken is None,
        broken_at=broken.position if broken else None,
        why=broken.why if broken else "",
    )


@get("/api/admin/health", **route(ADMINISTER, summary="What the doctor finds"))
async def health(site: Given[Site]) -> list[schemas.FindingView]:
    return [finding.told() for finding in await services.examine(site)]


@get("/-/metrics", **route(PUBLIC, summary="Metrics for Prometheus"), include_in_schema=False)
async def metrics(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[bytes]:
    """For who runs the site, and for a program with the token of `[monitoring]`; for anybody else it is not there."""
    if not may_watch(request, site, actor):
        raise Missing
    return Response(await measured(site), media_type=CONTENT_TYPE)


handlers = (
    metrics,
    overview,
    plugins,
    plugin,
    enable_plugin,
    disable_plugin,
    work,
    dead_jobs,
    retry_jobs,
    retry_job,
    start_job,
    trail,
    verify_trail,
    health,
)
