"""The brand: what is worn, and wearing another. Each act is in force in this process when it ends, in others within a
second.
"""

from __future__ import annotations

import attrs

from marketplace_kit.kernel.activation import Activation
from marketplace_kit.kernel.fields import raw_of
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.pictures import encode
from marketplace_kit.kernel.site import Site
from marketplace_kit.operations.schemas import BrandView
from marketplace_kit.web import brand, media
from marketplace_kit.web.assets import Assets


async def brand_view(site: Site) -> BrandView:
    """The brand in force."""
    sheet = await brand.in_force(site)
    tokens = sheet.brand if sheet else brand.worn(site.facility(Assets))
    light, dark = brand.shades(tokens)
    return BrandView(
        chosen=sheet is not None,
        mark=sheet.mark if sheet else "",
        stylesheet=sheet.url if sheet else site.facility(Assets).url("brand-default.css"),
        tokens=raw_of(tokens),
        logo=sheet.logo.url(320) if sheet and sheet.logo else None,
        light=attrs.asdict(light),
        dark=attrs.asdict(dark),
    )


async def save_brand(site: Site, given: brand.Brand, *, by: Actor, seen: str | None = None) -> None:
    """Wear other colours, corners and letters; the logo stays. Refuses Invalid where something could not be read."""
    await site.do(brand.save, given, by=by, seen=seen)
    await _in_force(site)


async def save_logo(site: Site, content: bytes | None, *, by: Actor) -> None:
    """Another logo, written anew by us, or none. Refuses what is no picture that can be read."""
    pictures = [await encode(content)] if content is not None else []
    await media.store(site, pictures)
    await site.do(brand.save_logo, pictures, brand.worn(site.facility(Assets)), by=by)
    await media.restore(site, pictures)
    await _in_force(site)


async def reset_brand(site: Site, *, by: Actor) -> None:
    """Wear the look's own brand again."""
    await site.do(brand.reset, by=by)
    await _in_force(site)


async def _in_force(site: Site) -> None:
    await site.facility(Activation).refresh(site, at_most_every=0)
