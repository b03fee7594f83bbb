"""REST: settings, and those of them that an admin may change while the site runs."""

from __future__ import annotations

from typing import Any

from litestar import delete, get, patch
from litestar.params import FromPath

from marketplace_kit.kernel.fields import json_schema
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.registry import Registry
from marketplace_kit.kernel.settings import runtime_form
from marketplace_kit.kernel.site import Site
from marketplace_kit.operations import queries, schemas, services
from marketplace_kit.operations.domain import ADMINISTER
from marketplace_kit.web.bodies import sent_raw
from marketplace_kit.web.context import Given, WebRequest
from marketplace_kit.web.routing import route


def _changes_schema(registry: Registry) -> dict[str, Any]:
    """One of the sections: any of its fields; null goes back to what the deployment says."""
    forms = {name: form for name, s in registry.settings.items() if (form := runtime_form(s.form)) is not None}
    return {"anyOf": [json_schema(form) | {"title": name, "required": []} for name, form in forms.items()]}


@get("/api/admin/settings", **route(ADMINISTER, summary="Every setting, its value and origin; secrets are masked"))
async def settings(site: Given[Site]) -> list[schemas.SettingRow]:
    return queries.setting_rows(site)


@patch(
    "/api/admin/settings/{section:str}",
    **route(ADMINISTER, openapi_body=_changes_schema, summary="Change settings of a section while the site runs"),
)
async def change_settings(
    request: WebRequest, site: Given[Site], actor: Given[Actor], section: FromPath[str]
) -> list[schemas.SettingRow]:
    """Only what is named is changed; null goes back to what the deployment says. In force everywhere within a second.
    Refuses `not_runtime` for settings that only the deployment decides.
    """
    await services.save_settings(site, section, await sent_raw(request), by=actor)
    return _rows_of(site, section)


@delete(
    "/api/admin/settings/{section:str}/{name:str}",
    **route(ADMINISTER, summary="Go back to what the deployment says"),
    status_code=200,
)
async def reset_setting(
    site: Given[Site], actor: Given[Actor], section: FromPath[str], name: FromPath[str]
) -> list[schemas.SettingRow]:
    await services.reset_setting(site, section, name, by=actor)
    return _rows_of(site, section)


def _rows_of(site: Site, section: str) -> list[schemas.SettingRow]:
    return [row for row in queries.setting_rows(site) if row.name.split(".")[0] == section]


handlers = (settings, change_settings, reset_setting)
