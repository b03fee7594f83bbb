"""What every step of a shop's set-up needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import attrs
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid, Problem, StaleVersion
from marketplace_kit.kernel.fields import Form, parse
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.kernel.texts import N_
from marketplace_kit.shops import services
from marketplace_kit.shops.schemas import (
    ShopView,
)
from marketplace_kit.web.bodies import posted_raw
from marketplace_kit.web.context import WebRequest, visit_of
from marketplace_kit.web.forms import FormState, form_state
from marketplace_kit.web.rendering import page, see_other

Shown = FormState | None


def as_invalid(refused: DomainError | None) -> Invalid | None:
    if refused is None or isinstance(refused, Invalid):
        return refused
    return Invalid(Problem("", refused.code, refused.text, refused.facts))


def status_of(refused: DomainError | None) -> int:
    return 200 if refused is None else 409 if isinstance(refused, StaleVersion) else 422


def state_of(
    request: WebRequest, form: type[Form], values: Mapping[str, Any], refused: DomainError | None, **choices: Any
) -> FormState:
    """The form without its version (which stands beside it), with the choices that only the database knows."""
    state = form_state(request, form, values, as_invalid(refused))
    fields = tuple(
        attrs.evolve(f, choices=choices[f.name]) if f.name in choices else f
        for f in state.fields
        if f.name != "version"
    )
    return attrs.evolve(state, fields=fields)


async def own_shop(request: WebRequest, site: Site, actor: Actor, shop_id: UUID, *, owner: bool = True) -> ShopView:
    return await services.own_shop(site, actor, shop_id, visit_of(request).locale, owner=owner)


async def step(
    request: WebRequest,
    shop: ShopView,
    step: str,
    title: str,
    form: FormState,
    refused: DomainError | None,
) -> Response[str]:
    return await page(
        request,
        "shops/step.html",
        status=status_of(refused),
        page_title=title,
        shop=shop,
        form=form,
        step=step,
        action=f"/sell/shop/{shop.id}/{step}",
    )


Again = Callable[[WebRequest, Site, ShopView, Any, DomainError], Awaitable[Response[str]]]
"""Shows a form once more, with what was typed and why it was refused."""


async def save(
    request: WebRequest,
    site: Site,
    actor: Actor,
    shop_id: UUID,
    form: type[Form],
    use_case: Callable[..., Awaitable[Any]],
    again: Again,
    *,
    to: str = "setup",
    said: str = N_("Saved."),
    left_out: tuple[str, ...] = (),
) -> Response[Any]:
    """What the button of each step does: its form is read and its use case done, or the form comes back with what was
    typed. ``left_out`` is posted by the page and no answer of this form.
    """
    raw = {name: value for name, value in (await posted_raw(request)).items() if name not in left_out}
    try:
        await site.do(use_case, shop_id, parse(form, raw, "form"), by=actor)
    except (Invalid, StaleVersion) as refused:
        return await again(request, site, await own_shop(request, site, actor, shop_id), raw, refused)
    return see_other(request, f"/sell/shop/{shop_id}/{to}" if to else "/sell", said)
