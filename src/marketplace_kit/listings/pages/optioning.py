"""The options of a listing, one form for each group and each option: add, change, move, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from marketplace_kit.kernel.errors import Invalid, Problem, StaleVersion
from marketplace_kit.kernel.fields import Form
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.listings import queries, services
from marketplace_kit.listings.domain.options import Option, OptionGroup
from marketplace_kit.listings.pages.arranging import moved, place_of, replaced
from marketplace_kit.listings.pages.selling import editable
from marketplace_kit.listings.schemas.options import (
    OptionForm,
    OptionGroupForm,
    read_group,
    read_option,
    shown_options,
)
from marketplace_kit.listings.schemas.reading import LANGUAGES
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import Given, WebRequest, visit_of
from marketplace_kit.web.forms import FormState, form_state, shown_value
from marketplace_kit.web.rendering import page, see_other
from marketplace_kit.web.routing import route

Raw = Mapping[str, str | list[str]]
Groups = tuple[OptionGroup, ...]
SAVED = N_("Saved.")
GONE = N_("Deleted.")


@attrs.frozen(kw_only=True)
class _Refused:
    """A form that was not taken: its id on the page, what was typed, why."""

    form: str
    raw: Raw
    problem: Invalid | StaleVersion


@get("/sell/listings/{listing_id:uuid}/options", **route("listings.create"), include_in_schema=False)
async def options_page(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> Response[str]:
    return await _page(request, site, actor, listing_id)


async def _page(
    request: WebRequest, site: Site, actor: Actor, listing_id: UUID, refused: _Refused | None = None
) -> Response[str]:
    """After a conflict the page shows what is stored now, and the form what was typed: saving again is then meant."""
    listing = await editable(request, listing_id)
    groups = await site.ask(queries.option_groups, listing_id)
    views = shown_options(groups, visit_of(request).locale)
    problem = refused.problem if refused else None

    def state(form: type[Form], key: str, known: Mapping[str, Any] | None) -> FormState:
        if refused is None or refused.form != key:
            return form_state(request, form, known)
        return form_state(request, form, refused.raw, problem if isinstance(problem, Invalid) else None)

    stale = isinstance(problem, StaleVersion)
    return await page(
        request,
        "listings/edit_options.html",
        status=409 if stale else 422 if refused else 200,
        page_title=N_("Options"),
        listing=listing,
        base=f"/sell/listings/{listing_id}/options",
        groups=[
            {
                "view": view,
                "form": state(OptionGroupForm, f"g-{group.id}", _group_values(group)),
                "options": [
                    (shown, state(OptionForm, f"o-{option.id}", _option_values(option)))
                    for shown, option in zip(view.options, group.options, strict=True)
                ],
                "fresh": state(OptionForm, f"n-{group.id}", None),
            }
            for view, group in zip(views, groups, strict=True)
        ],
        fresh=state(OptionGroupForm, "new", None),
        open_at=refused.form if refused else "",
        stale=visit_of(request).site.texts.gettext(visit_of(request).locale, StaleVersion.text) if stale else "",
    )


def _group_values(group: OptionGroup) -> dict[str, Any]:
    known = {"kind": group.kind, "min": str(group.least), "max": shown_value(group.most)}
    return known | {f"name_{language}": group.names.get(language, "") for language in LANGUAGES}


def _option_values(option: Option) -> dict[str, Any]:
    known = {name: shown_value(getattr(option, name)) for name in ("price", "minutes", "sku", "available")}
    return known | {f"name_{language}": option.names.get(language, "") for language in LANGUAGES}


@post("/sell/listings/{listing_id:uuid}/options", **route("listings.create"), include_in_schema=False, status_code=200)
async def add_group(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID]
) -> Response[Any]:
    change = _Change(request, site, actor, listing_id, "new", await posted_raw(request))
    return await change.make(lambda groups, raw: ((*groups, read_group(raw, "form")), f"groups.{len(groups)}"))


@post(
    "/sell/listings/{listing_id:uuid}/options/{group_id:uuid}",
    **route("listings.create"),
    include_in_schema=False,
    status_code=200,
)
async def change_group(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID], group_id: FromPath[UUID]
) -> Response[Any]:
    """``act`` is save, up, down or delete."""
    change = _Change(request, site, actor, listing_id, f"g-{group_id}", await posted_raw(request))

    def changed(groups: Groups, raw: Raw) -> tuple[Groups, str]:
        at = _place(groups, group_id)
        if change.act == "save":
            return replaced(groups, at, read_group(raw, "form", groups[at])), f"groups.{at}"
        return moved(groups, at, change.act), f"groups.{at}"

    return await change.make(changed)


@post(
    "/sell/listings/{listing_id:uuid}/options/{group_id:uuid}/new",
    **route("listings.create"),
    include_in_schema=False,
    status_code=200,
)
async def add_option(
    request: WebRequest, site: Given[Site], actor: Given[Actor], listing_id: FromPath[UUID], group_id: FromPath[UUID]
) -> Response[Any]:
    change = _Change(request, site, actor, listing_id, f"n-{group_id}", await posted_raw(request))

    def changed(groups: Groups, raw: Raw) -> tuple[Groups, str]:
        at = _place(groups, group_id)
        options = groups[at].options
        return _with(groups, at, (*options, read_option(raw, "form"))), f"groups.{at}.options.{len(options)}"

    return await change.make(changed)


@post(
    "/sell/listings/{listing_id:uuid}/options/{group_id:uuid}/{option_id:uuid}",
    **route("listings.create"),
    include_in_schema=False,
    status_code=200,
)
async def change_option(
    request: WebRequest,
    site: Given[Site],
    actor: Given[Actor],
    listing_id: FromPath[UUID],
    group_id: FromPath[UUID],
    option_id: FromPath[UUID],
) -> Response[Any]:
    """``act`` is save, up, down or delete."""
    change = _Change(request, site, actor, listing_id, f"o-{option_id}", await posted_raw(request))

    def changed(groups: Groups, raw: Raw) -> tuple[Groups, str]:
        at = _place(groups, group_id)
        options = groups[at].options
        here = _place(options, option_id)
        if change.act == "save":
            options = replaced(options, here, read_option(raw, "form", option_id))
        else:
            options = moved(options, here, change.act)
        return _with(groups, at, options), f"groups.{at}.options.{here}"

    return await change.make(changed)


class _Change:
    """One posted form of the page: the set as it is, changed in one place, and put back whole."""

    def __init__(
        self, request: WebRequest, site: Site, actor: Actor, listing_id: UUID, form: str, raw: dict[str, Any]
    ) -> None:
        self.request, self.site, self.actor, self.listing_id, self.form = request, site, actor, listing_id, form
        self.act = str(raw.pop("act", "save"))
        self.version = str(raw.pop("version", ""))
        self.raw = raw

    async def make(self, changed: Any) -> Response[Any]:
        await editable(self.request, self.listing_id)
        groups = await self.site.ask(queries.option_groups, self.listing_id)
        try:
            await self._store(*changed(groups, self.raw))
        except (Invalid, StaleVersion) as problem:
            refused = _Refused(form=self.form, raw=self.raw, problem=problem)
            return await _page(self.request, self.site, self.actor, self.listing_id, refused)
        back = f"/sell/listings/{self.listing_id}/options"
        return see_other(self.request, back, GONE if self.act == "delete" else SAVED)

    async def _store(self, groups: Groups, path: str) -> None:
        try:
            version = int(self.version) if self.version.isdecimal() else 0
            await self.site.do(services.set_options, self.listing_id, version=version, groups=groups, by=self.actor)
        except Invalid as invalid:
            raise _seen_from(invalid, path) from None


def _seen_from(invalid: Invalid, path: str) -> Invalid:
    """Problems of the set as those of the one form that was posted."""
    prefix = f"{path}."
    return Invalid(
        *(
            Problem(p.field.removeprefix(prefix) if p.field.startswith(prefix) else "", p.code, p.text, p.facts)
            for p in invalid.problems
        )
    )


def _place(items: Sequence[Any], wanted: UUID) -> int:
    return place_of(items, lambda item: item.id == wanted)


def _with(groups: Groups, at: int, options: tuple[Option, ...]) -> Groups:
    return replaced(groups, at, attrs.evolve(groups[at], options=options))


handlers = (options_page, add_group, change_group, add_option, change_option)
