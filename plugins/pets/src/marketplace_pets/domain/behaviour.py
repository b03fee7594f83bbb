"""Coded warnings: those that come with the plugin, and those that a shop adds to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

import attrs

from marketplace_kit.kernel.process import Tone
from marketplace_pets.domain.lists import BEHAVIOURS, SKILLED

Say = Callable[[str, str], str]
"""Puts a message id into a language: ``site.texts.gettext``."""


@attrs.frozen(kw_only=True)
class BehaviourKind:
    """What a code means. ``names`` are the words of a shop's own code by language; else ``label`` is a message id.
    Staff who take the pet on at the shop that asks for it need the ``skill``, if there is one.
    """

    code: str
    tone: Tone
    label: str = ""
    names: Mapping[str, str] = attrs.field(factory=dict)
    skill: str = ""
    shop_id: UUID | None = None

    def text(self, locale: str, say: Say) -> str:
        return self.names.get(locale) or self.names.get("ru") or say(locale, self.label)


SHIPPED_KINDS: Mapping[str, BehaviourKind] = {
    code: BehaviourKind(code=code, label=label, tone=tone, skill=SKILLED.get(code, ""))
    for code, label, tone in BEHAVIOURS
}


def skills_of(kinds: Iterable[BehaviourKind], shop_id: UUID) -> frozenset[str]:
    """What staff of a shop must be able to do: another shop's own code asks nothing of it."""
    return frozenset(kind.skill for kind in kinds if kind.skill and kind.shop_id in (None, shop_id))
