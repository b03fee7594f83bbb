"""Where these pages stand, and words that more than one of them says."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar.connection import Request

from marketplace_kit.kernel.errors import Missing
from marketplace_kit.kernel.hooks import Actor
from marketplace_kit.kernel.texts import N_

AnyRequest = Request[Any, Any, Any]
LIST = "/account/notices"
PREFERENCES = f"{LIST}/preferences"
TEXTS, LOG = "/admin/notices/texts", "/admin/notices/log"
CATEGORY_LABELS = (
    ("orders", N_("Orders")),
    ("services", N_("Services")),
    ("messages", N_("Messages")),
    ("system", N_("Account and site")),
)


def own(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise Missing
    return actor.person_id
