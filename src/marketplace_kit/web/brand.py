"""The brand of a site: six tokens that an admin edits, and the one style sheet made of them.

A sheet is kept under the hash of what it says and served for ever under that name (``/static/brand-<mark>.css``). Which
one is in force is a choice of the site (:mod:`marketplace_kit.kernel.choices`), seen by every process within a second.
The sheet stands after all others, a look's among them: what an admin chose wins.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_kit.kernel.activation import Activation
from marketplace_kit.kernel.audit import audit
from marketplace_kit.kernel.choices import choice_table, choose, chosen, unchoose
from marketplace_kit.kernel.database import Json, UtcDateTime, metadata
from marketplace_kit.kernel.errors import Invalid, Problem, StaleVersion
from marketplace_kit.kernel.fields import Field, Form, parse, raw_of
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.pictures import Encoded, Picture
from marketplace_kit.kernel.site import Site, UnitOfWork
from marketplace_kit.kernel.texts import N_
from marketplace_kit.web import colours
from marketplace_kit.web.assets import Assets
from marketplace_kit.web.media import keep

CHOICE = "brand"
KEPT = timedelta(days=30)
"""How long a sheet is kept that is no longer in force: pages in open tabs still ask for it."""
_MARK = re.compile(r"brand-([0-9a-f]{16})\.css", re.ASCII)
_COLOUR = "#[0-9A-Fa-f]{6}"
_HINT = N_("A colour as #0b6b66.")
_COLOUR_OR_NONE = f"({_COLOUR})?"
_DARK = N_("Left empty, it is made of the light one.")
RADII = {"none": "0rem", "small": ".5rem", "medium": "1rem", "large": "1.5rem"}
FONTS = {
    "inter": '"Inter Variable", system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
    "system": 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
    "serif": 'Georgia, Cambria, "Noto Serif", "Times New Roman", serif',
}
_LOGO_REM = 2.0
_WIDEST_REM = 8.0

brand_table = sa.Table(
    "brand_sheet",
    metadata,
    sa.Column("mark", sa.String(16), primary_key=True),
    sa.Column("tokens", Json, nullable=False),
    sa.Column("logo", sa.String(60), sa.ForeignKey("media.key"), index=True),
    sa.Column("css", sa.Text, nullable=False),
    sa.Column("saved_at", UtcDateTime, nullable=False),
)


class Brand(Form):
    """The brand's tokens but the logo, which is a picture."""

    brand: Annotated[str, Field(N_("Brand colour"), pattern=_COLOUR, max_length=7, hint=_HINT, autocomplete="off")]
    accent: Annotated[str, Field(N_("Accent colour"), pattern=_COLOUR, max_length=7, hint=_HINT, autocomplete="off")]
    surface: Annotated[
        str, Field(N_("Colour of the ground"), pattern=_COLOUR, max_length=7, hint=_HINT, autocomplete="off")
    ]
    brand_dark: Annotated[
        str,
        Field(N_("Brand colour in dark mode"), pattern=_COLOUR_OR_NONE, max_length=7, hint=_DARK, autocomplete="off"),
    ] = ""
    accent_dark: Annotated[
        str,
        Field(N_("Accent colour in dark mode"), pattern=_COLOUR_OR_NONE, max_length=7, hint=_DARK, autocomplete="off"),
    ] = ""
    surface_dark: Annotated[
        str,
        Field(
            N_("Colour of the ground in dark mode"),
            pattern=_COLOUR_OR_NONE,
            max_length=7,
            hint=_DARK,
            autocomplete="off",
        ),
    ] = ""
    radius: Annotated[
        str,
        Field(
            N_("Corners"),
            choices=(
                ("none", N_("Square")),
                ("small", N_("A little round")),
                ("medium", N_("Round")),
                ("large", N_("Very round")),
            ),
        ),
    ] = "medium"
    font: Annotated[
        str,
        Field(
            N_("Typeface"),
            choices=(("inter", "Inter"), ("system", N_("The device's own")), ("serif", N_("With serifs"))),
            hint=N_("Each of them has the Kazakh letters."),
        ),
    ] = "inter"


@attrs.frozen
class Sheet:
    """A brand as it was saved, and its style sheet."""

    mark: str
    brand: Brand
    logo: Picture | None
    css: bytes

    @property
    def url(self) -> str:
        return url_of(self.mark)


class Brands:
    """The sheets that this process has read."""

    def __init__(self) -> None:
        self._known: dict[str, Sheet] = {}

    async def sheet(self, site: Site, mark: str) -> Sheet | None:
        """A sheet by its mark; it never changes, so it is read once."""
        if mark not in self._known and (found := await site.ask(_sheet, mark)) is not None:
            if len(self._known) >= 8:
                self._known.clear()
            self._known[mark] = found
        return self._known.get(mark)


def url_of(mark: str) -> str:
    return f"/static/brand-{mark}.css"


def mark_of(name: str) -> str | None:
    """The mark in the file name of a sheet; None for the name of anything else."""
    found = _MARK.fullmatch(name)
    return found[1] if found else None


def mark_in_force(site: Site) -> str:
    """The mark of the brand that an admin chose; empty while the site wears its look's own."""
    activation = site.facilities.get(Activation)
    return str(activation.chosen.get(CHOICE, "")) if activation is not None else ""


def brands_of(site: Site) -> Brands:
    brands: Brands = site.facilities.setdefault(Brands, Brands())
    return brands


async def in_force(site: Site) -> Sheet | None:
    """The brand that an admin chose, if one did."""
    mark = mark_in_force(site)
    return await brands_of(site).sheet(site, mark) if mark else None


async def _sheet(connection: AsyncConnection, mark: str) -> Sheet | None:
    row = (await connection.execute(sa.select(brand_table).where(brand_table.c.mark == mark))).one_or_none()
    return None if row is None else _as_sheet(row)


def _as_sheet(row: Any) -> Sheet:
    return Sheet(row.mark, parse(Brand, row.tokens), Picture.of(row.logo) if row.logo else None, row.css.encode())


def checked(brand: Brand) -> tuple[colours.Palette, colours.Palette]:
    """The shades in light and dark. Refuses :class:`Invalid` for colours on which something could not be read, with
    the nearest one that does.
    """
    day, night = colours.grounds()
    light, dark = _by_mode(brand)
    given = {"brand_dark": brand.brand_dark, "accent_dark": brand.accent_dark, "surface_dark": brand.surface_dark}
    problems = [*_problems(day, light, ""), *(p for p in _problems(night, dark, "_dark") if given[p.field])]
    if problems:
        raise Invalid(*problems)
    return colours.palette(day, *light), colours.palette(night, *dark)


def shades(brand: Brand) -> tuple[colours.Palette, colours.Palette]:
    """The same of whatever colours a look has, without a judgement."""
    day, night = colours.grounds()
    light, dark = _by_mode(brand)
    return colours.palette(day, *light), colours.palette(night, *dark)


def _by_mode(brand: Brand) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """Brand, accent and surface in light and in dark; what is left open in dark is made of the light one."""
    night = colours.grounds()[1]
    made = colours.night_of(brand.brand, brand.accent)
    surface = brand.surface_dark or made[2]
    lit = brand.brand_dark or colours.nearest(made[0], colours.brand_reads(night, surface))
    return (brand.brand, brand.accent, brand.surface), (lit, brand.accent_dark or made[1], surface)


def _problems(ground: colours.Ground, given: tuple[str, str, str], suffix: str) -> list[Problem]:
    brand, accent, surface = given
    stands_on = surface if colours.surface_reads(ground)(surface) >= 1 else ground.card
    rules = (
        ("brand", brand, colours.brand_reads(ground, stands_on)),
        ("accent", accent, colours.accent_reads(ground)),
        ("surface", surface, colours.surface_reads(ground)),
    )
    return [
        Problem(
            f"{name}{suffix}",
            "contrast_too_low",
            N_(
                "With this colour something could not be read: its contrast is {found} to 1 where {needed} to 1 is"
                " needed. The nearest colour that does is {nearest}."
            ),
            {
                "found": f"{judged(colour) * colours.TEXT:.1f}",
                "needed": f"{colours.TEXT:.1f}",
                "nearest": colours.nearest(colour, judged),
            },
        )
        for name, colour, judged in rules
        if judged(colour) < 1
    ]


def written(brand: Brand, logo: Picture | None) -> str:
    """The style sheet of a brand. Refuses as :func:`checked` does."""
    light, dark = checked(brand)
    own = {"radius": RADII[brand.radius], "font": FONTS[brand.font]}
    if logo is not None:
        wide = min(_WIDEST_REM, _LOGO_REM * logo.width / logo.height)
        own |= {"logo": f'url("{logo.url(320)}")', "logo-width": f"{max(_LOGO_REM / 2, wide):.2f}rem"}
    day = "".join(f"    --kit-{name}: {value};\n" for name, value in {**_tokens(light), **own}.items())
    night = "".join(f"      --kit-{name}: {value};\n" for name, value in _tokens(dark).items())
    return (
        "@layer framework, kit, brand, site;\n@layer brand {\n  :root {\n"
        f"{day}  }}\n  @media (prefers-color-scheme: dark) {{\n    :root {{\n{night}    }}\n  }}\n}}\n"
    )


def _tokens(palette: colours.Palette) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in attrs.asdict(palette).items()}


def worn(assets: Assets) -> Brand:
    """The tokens as the style sheets say them, a look's before the kit's: where an admin begins."""
    found: dict[str, str] = {}
    sheets = [a for a in assets.by_url.values() if a.url.endswith(".css") and b"--kit-brand:" in a.content]
    for sheet in sorted(sheets, key=lambda a: "brand-default" in a.url):
        css = sheet.content.decode()
        for at_night, body in re.findall(r"(@media \(prefers-color-scheme: dark\) \{\s*)?:root \{(.*?)\}", css, re.S):
            for name, value in re.findall(rf"--kit-(brand|accent|surface):\s*({_COLOUR})\b", body):
                found.setdefault(name + ("_dark" if at_night else ""), value.lower())
    return parse(Brand, found)


async def save(uow: UnitOfWork, brand: Brand, *, by: Actor | None, seen: str | None = None) -> str:
    """Wear this brand from now on; the logo stays. Gives its mark. Refuses :class:`Invalid` for colours that do not
    do, and :class:`StaleVersion` if another brand than ``seen`` (a mark; empty for none) is in force.
    """
    now = await _now(uow, seen)
    logo = now.logo if now else None
    return await _wear(uow, brand, logo, by, "web.save_brand")


async def save_logo(uow: UnitOfWork, pictures: Sequence[Encoded], otherwise: Brand, *, by: Actor | None) -> str:
    """Another logo, or none; the other tokens stay (``otherwise`` where nobody chose any)."""
    now = await _now(uow, None)
    if pictures:
        await keep(uow, pictures)
    logo = pictures[0].picture if pictures else None
    return await _wear(uow, now.brand if now else otherwise, logo, by, "web.save_logo")


async def reset(uow: UnitOfWork, *, by: Actor | None) -> None:
    """Wear the look's own brand again."""
    if await unchoose(uow, CHOICE):
        await audit(uow, by=by, act="web.reset_brand", on="site:brand")


async def _now(uow: UnitOfWork, seen: str | None) -> Sheet | None:
    mark = str(await chosen(uow, CHOICE) or "")
    if seen is not None and seen != mark:
        raise StaleVersion
    if not mark:
        return None
    row = (await uow.session.execute(sa.select(brand_table).where(brand_table.c.mark == mark))).one_or_none()
    return None if row is None else _as_sheet(row)


async def _wear(uow: UnitOfWork, brand: Brand, logo: Picture | None, by: Actor | None, act: str) -> str:
    css = written(brand, logo)
    mark = hashlib.sha256(css.encode()).hexdigest()[:16]
    stored = {"tokens": raw_of(brand), "logo": logo.key if logo else None, "css": css, "saved_at": uow.at}
    row = uow.site.database.insert(brand_table).values(mark=mark, **stored)
    await uow.session.execute(row.on_conflict_do_update(index_elements=["mark"], set_={"saved_at": uow.at}))
    await choose(uow, CHOICE, mark)
    await audit(uow, by=by, act=act, on="site:brand", facts={"mark": mark, "brand": brand.brand, "logo": bool(logo)})
    return mark


async def forget_old(uow: UnitOfWork) -> None:
    """Take away the sheets that have not been in force for long."""
    worn_now = sa.select(choice_table.c.value).where(choice_table.c.name == CHOICE)
    now = str((await uow.session.execute(worn_now)).scalar() or "")
    old = sa.and_(brand_table.c.mark != now, brand_table.c.saved_at < uow.at - KEPT)
    await uow.session.execute(sa.delete(brand_table).where(old))
