"""The brand of the site: its colours, corners, letters and logo."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid, StaleVersion
from marketplace_kit.kernel.fields import parse, raw_of
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.pictures import MOST_BYTES, PictureInvalid, PictureTooLarge, PictureType
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.operations import services
from marketplace_kit.operations.domain import ADMINISTER
from marketplace_kit.web.assets import Assets
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.brand import Brand, worn
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import form_state
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route
from marketplace_kit.web.uploads import ACCEPTED, FIELD, LARGEST_UPLOAD, NoFile, TooManyFiles, sent_files

BRAND = "/admin/brand"
SAVED = N_("The site wears its new brand.")
CHANGED = N_("Somebody changed the brand in the meantime. This is how it is now: change it again if needed.")
SHADES = (
    ("brand", N_("Main colour")),
    ("brand_hover", N_("Brand, pressed")),
    ("link", N_("Links")),
    ("brand_soft", N_("Brand, soft")),
    ("accent", N_("Accent")),
    ("accent_soft", N_("Accent, soft")),
    ("surface", N_("Ground")),
)


@get(BRAND, **route(ADMINISTER), include_in_schema=False)
async def brand_page(request: WebRequest, site: Given[Site]) -> Response[str]:
    """Context: brand (a BrandView), form, shades (name, label), logo_problem, accepted, logo_field."""
    return await _brand_page(request, site)


async def _brand_page(
    request: WebRequest,
    site: Site,
    posted: Any = None,
    refused: Invalid | None = None,
    logo_refused: DomainError | None = None,
) -> Response[str]:
    view, visit = await services.brand_view(site), visit_of(request)
    look = raw_of(worn(site.facility(Assets)))
    # What is dark in the look belongs to its light: with other colours it is made anew, unless somebody says otherwise.
    values = {n: "" if n.endswith("_dark") and v == look[n] else v for n, v in view.tokens.items()}
    problem = site.texts.render(visit.locale, logo_refused.text, logo_refused.facts) if logo_refused else ""
    return await page(
        request,
        "operations/brand.html",
        status=422 if refused or logo_refused else 200,
        page_title=N_("Brand of the site"),
        brand=view,
        form=form_state(request, Brand, posted or values, refused),
        shades=SHADES,
        logo_problem=problem,
        accepted=ACCEPTED,
        logo_field=FIELD,
    )


@post(BRAND, **route(ADMINISTER), include_in_schema=False, status_code=200)
async def save_brand(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    posted = await posted_raw(request)
    seen = str(posted.pop("mark", ""))
    try:
        await services.save_brand(site, parse(Brand, posted, "form"), by=actor, seen=seen)
    except Invalid as refused:
        return await _brand_page(request, site, posted, refused)
    except StaleVersion:
        return see_other(request, BRAND, CHANGED, tone="warn")
    return see_other(request, BRAND, SAVED)


@post(
    f"{BRAND}/logo", **route(ADMINISTER), include_in_schema=False, status_code=200, request_max_body_size=LARGEST_UPLOAD
)
async def save_logo(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    try:
        files, _ = await sent_files(request)
        await services.save_logo(site, await files[0].read(MOST_BYTES + 1), by=actor)
    except (NoFile, TooManyFiles, PictureInvalid, PictureTooLarge, PictureType) as refused:
        return await _brand_page(request, site, logo_refused=refused)
    return see_other(request, BRAND, N_("The site has its new logo."))


@post(f"{BRAND}/logo/remove", **route(ADMINISTER), include_in_schema=False, status_code=200)
async def remove_logo(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    await services.save_logo(site, None, by=actor)
    return see_other(request, BRAND, N_("The logo is removed."))


@post(f"{BRAND}/reset", **route(ADMINISTER), include_in_schema=False, status_code=200)
async def reset_brand(request: WebRequest, site: Given[Site], actor: Given[Actor]) -> Response[Any]:
    await services.reset_brand(site, by=actor)
    return see_other(request, BRAND, N_("The site wears the brand of its look again."))


handlers = (brand_page, save_brand, save_logo, remove_logo, reset_brand)
