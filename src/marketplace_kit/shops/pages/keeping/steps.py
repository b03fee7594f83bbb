"""What every step of a shop's set-up needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import attrs
from litestar.response import Response

from marketplace_kit.kernel.errors import DomainError, Invalid, Problem, StaleVersion
from marketplace_kit.kernel.fields import Form
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.site import Site
from marketplace_kit.shops import services
from marketplace_kit.shops.schemas import (
    ShopView,
)
from marketplace_kit.web.context import WebRequest, visit_of
from marketplace_kit.web.forms import FormState, form_state
from marketplace_kit.web.rendering import page

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
    **more: Any,
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
