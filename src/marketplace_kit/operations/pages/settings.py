"""Settings: what is in force and why; those that an admin may change while the site runs, section by section."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import Invalid, StaleVersion
from marketplace_kit.kernel.fields import raw_of
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.settings import ADMIN
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.operations import queries, services
from marketplace_kit.operations.domain import ADMINISTER
from marketplace_kit.operations.services.choosing import section_form
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route

SAVED = N_("Saved. The site follows within a few seconds.")
CHANGED = N_("Somebody changed these settings in the meantime. This is how they are now: change them again if needed.")


@get("/admin/settings", **route(ADMINISTER), include_in_schema=False)
async def settings_page(request: WebRequest, site: Given[Site]) -> Response[str]:
    """Context: sections (name, rows, whether some can be changed here)."""
    sections: dict[str, list[Any]] = {}
    for row in queries.setting_rows(site):
        sections.setdefault(row.name.split(".")[0], []).append(row)
    shown = [(name, rows, any(r.runtime for r in rows)) for name, rows in sections.items()]
    return await page(request, "operations/settings.html", page_title=N_("Settings"), sections=shown, admin=ADMIN)


@get("/admin/settings/{section:str}", **route(ADMINISTER), include_in_schema=False)
async def section_page(request: WebRequest, site: Given[Site], section: FromPath[str]) -> Response[str]:
    """Context: section, form, version, saved (rows that were saved here), origins (label, origin)."""
    return await _section_page(request, site, section)


async def _section_page(
    request: WebRequest, site: Site, section: str, posted: Any = None, refused: Invalid | None = None, status: int = 200
) -> Response[str]:
    form = section_form(site, section)
    rows = [r for r in queries.setting_rows(site) if r.runtime and r.name.split(".")[0] == section]
    values = {name: "" if value is None else value for name, value in raw_of(site.settings.section(section)).items()}
    secret = {r.name.split(".")[1] for r in rows if r.secret}
    state = form_state(request, form, posted or {n: "" if n in secret else v for n, v in values.items()}, refused)
    return await page(
        request,
        "operations/setting_section.html",
        status=status,
        page_title=N_("Settings"),
        section=section,
        form=state,
        version=services.version_of(site.settings, section, form),
        rows=rows,
        admin=ADMIN,
    )


@post("/admin/settings/{section:str}", **route(ADMINISTER), include_in_schema=False, status_code=200)
async def save_section(
    request: WebRequest, site: Given[Site], actor: Given[Actor], section: FromPath[str]
) -> Response[Any]:
    form = section_form(site, section)
    posted = await posted_raw(request)
    seen = str(posted.pop("version", ""))
    try:
        await services.save_settings(site, section, services.typed_changes(form, posted), by=actor, seen=seen)
    except Invalid as refused:
        return await _section_page(request, site, section, posted, refused, 422)
    except StaleVersion:
        return see_other(request, f"/admin/settings/{section}", CHANGED, tone="warn")
    return see_other(request, "/admin/settings", SAVED)


@post("/admin/settings/{section:str}/{name:str}/reset", **route(ADMINISTER), include_in_schema=False, status_code=200)
async def reset_setting(
    request: WebRequest, site: Given[Site], actor: Given[Actor], section: FromPath[str], name: FromPath[str]
) -> Response[Any]:
    await services.reset_setting(site, section, name, by=actor)
    return see_other(request, f"/admin/settings/{section}", N_("It is again as the deployment says."))


handlers = (settings_page, section_page, save_section, reset_setting)
