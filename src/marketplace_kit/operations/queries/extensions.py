"""Who takes part where: every hook and every slot, in the order of the calls, with how the last one went."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from marketplace_kit.kernel.hooks.facade import Called
from marketplace_kit.kernel.hooks.specs import CONTRIBUTION, REGISTRATION
from marketplace_kit.kernel.site import Site
from marketplace_kit.operations.schemas import ExtensionsView, HookView, PartView, SlotView

_SLOT = re.compile(r"""panels\(\s*["']([a-z0-9_.]+)["']""")


def extensions(site: Site, folders: Sequence[Path]) -> ExtensionsView:
    """Hooks as they were declared; slots as the templates of ``folders`` offer them, and as they were asked for."""
    hooks = [
        HookView(name=name, shape=shape, parts=[_part(site, name, plugin, "") for plugin in implementers])
        for shape, declared in (("registration", REGISTRATION), ("contribution", CONTRIBUTION))
        for name in declared
        for implementers in (site.hooks.implementers(name),)
    ]
    offered = _offered(folders)
    asked = {slot for hook, _, slot in site.hooks.calls if slot}
    slots = [
        SlotView(name=name, templates=offered.get(name, []), parts=_in_slot(site, name))
        for name in sorted({*offered, *asked})
    ]
    return ExtensionsView(hooks=hooks, slots=slots)


def _in_slot(site: Site, slot: str) -> list[PartView]:
    """Those that put something there when they were last asked, or broke."""
    parts = [_part(site, "mk_panels", plugin, slot) for plugin in site.hooks.implementers("mk_panels")]
    return [part for part in parts if part.answered or part.error]


def _part(site: Site, hook: str, plugin: str, slot: str) -> PartView:
    called = _last(site.hooks.calls, hook, plugin, slot)
    return PartView(
        plugin=plugin,
        active=site.hooks.is_active(plugin),
        milliseconds=round(called.seconds * 1000, 3) if called else None,
        answered=called.answered if called else 0,
        error=called.error if called else "",
    )


def _last(calls: Mapping[tuple[str, str, str], Called], hook: str, plugin: str, slot: str) -> Called | None:
    """The last call; of a hook with slots, whichever of them was slowest or broke."""
    if slot or (hook, plugin, "") in calls:
        return calls.get((hook, plugin, slot))
    every = [called for (one, whose, _), called in calls.items() if (one, whose) == (hook, plugin)]
    return max(every, key=lambda called: (bool(called.error), called.seconds), default=None)


def _offered(folders: Sequence[Path]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for folder in folders:
        for file in sorted(folder.rglob("*.html")):
            for slot in _SLOT.findall(file.read_text(encoding="utf-8")):
                names = found.setdefault(slot, [])
                if (name := file.relative_to(folder).as_posix()) not in names:
                    names.append(name)
    return found
